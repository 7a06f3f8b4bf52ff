//! E-mail addresses: which are accepted, and which are equal.

use unicode_normalization::UnicodeNormalization;

/// The longest address that mail servers carry, and the longest part before its `@`.
const MAX_BYTES: usize = 254;
const MAX_LOCAL_BYTES: usize = 64;

/// An e-mail address.
///
/// Two that differ only in case, or in their Unicode form (NFC or NFD), belong to the same account. Other similarities
/// do not count: `a.b@` and `ab@` are two people at most providers, and the compatibility forms of Unicode (NFKC) would
/// make one address of two that mail servers distinguish. Mails go to the address that was registered, never to another
/// spelling that was typed later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    address: String,
    key: String,
}

impl Email {
    /// Parses an address.
    ///
    /// # Errors
    /// A sentence that says what must be true.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "must be an e-mail address such as ana@example.org";
        let text: String = text.trim().nfc().collect();
        let (local, domain) = text.rsplit_once('@').ok_or(FORM)?;
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| FORM)?;
        // Quoted forms are refused: nobody uses them, and they may hold everything that could break a header.
        let fits = |c: char| c.is_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(c);
        let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
        if local.is_empty() || dots || !local.chars().all(fits) || !domain.contains('.') {
            return Err(FORM);
        }
        let address = format!("{local}@{domain}");
        // Addresses that cannot be mailed to are refused, such as those with some scripts before the @.
        if local.len() <= MAX_LOCAL_BYTES && lettre::Address::new(local, &domain).is_err() {
            return Err(FORM);
        }
        if local.len() > MAX_LOCAL_BYTES || address.len() > MAX_BYTES {
            return Err("must have at most 64 bytes before the @, and 254 in all");
        }
        // Lower case may decompose what was composed.
        let key = address.to_lowercase().nfc().collect();
        Ok(Email { address, key })
    }

    /// Returns the address to which mails go.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns the key of the mailbox: what follows a plus sign is a tag of its owner at most providers, and a dot has
    /// no meaning at Gmail. Two people who share a key by mistake share a limit, and nothing else.
    pub fn mailbox(&self) -> String {
        let (local, domain) = self.key.split_once('@').unwrap_or((&self.key, ""));
        let local = local.split('+').next().filter(|local| !local.is_empty()).unwrap_or(local);
        match domain {
            "gmail.com" | "googlemail.com" => format!("{}@gmail.com", local.replace('.', "")),
            _ => format!("{local}@{domain}"),
        }
    }

    /// Returns the key by which the account is found.
    pub fn key(&self) -> &str {
        &self.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> String {
        Email::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).key().to_owned()
    }

    #[test]
    fn case_and_spelling_make_no_other_account() {
        assert_eq!(key(" Ana.Lux+gigs@Example.ORG "), "ana.lux+gigs@example.org");
        assert_eq!(Email::parse("Ana@Example.ORG").unwrap().address(), "Ana@example.org");
        // Composed and decomposed; in lower and upper case.
        assert_eq!(key("Zo\u{e9}@example.org"), key("zoe\u{301}@example.org"));
        assert_eq!(key("ZOÉ@EXAMPLE.ORG"), key("zoé@example.org"));
        assert_eq!(key("a@bücher.example"), "a@xn--bcher-kva.example");
        assert_eq!(key("a@BÜCHER.example"), key("a@xn--bcher-kva.example"));
    }

    #[test]
    fn tags_make_no_other_mailbox() {
        let mailbox = |text: &str| Email::parse(text).unwrap().mailbox();
        assert_eq!(mailbox("Ana.Lux+gigs+more@Example.ORG"), "ana.lux@example.org");
        assert_eq!(mailbox("a.n.a+x@GoogleMail.com"), mailbox("ana@gmail.com"));
        assert_eq!(mailbox("+x@example.org"), "+x@example.org");
        assert_ne!(mailbox("ana@example.org"), mailbox("ana@example.com"));
    }

    #[test]
    fn similar_addresses_are_not_equal() {
        assert_ne!(key("ana@example.org"), key("an\u{430}@example.org"), "a Cyrillic letter");
        assert_ne!(key("\u{ff41}na@example.org"), key("ana@example.org"), "a full-width letter");
        assert_ne!(key("m\u{131}ke@example.org"), key("mike@example.org"), "a dotless i");
        assert_ne!(key("a.na@example.org"), key("ana@example.org"));
        // A key is its own key, or a second lookup would find another account.
        for text in ["ẞ@example.org", "ΑΣ@example.org", "Ǆ@example.org", "ZOÉ@example.org"] {
            assert_eq!(key(&key(text)), key(text), "{text}");
        }
    }

    #[test]
    fn a_bad_address_is_refused() {
        let long = format!("{}@example.org", "a".repeat(65));
        let longer = format!("a@{}.example", ["b"; 30].map(|_| "bbbbbbbbb").join("."));
        for wrong in [
            "",
            "ana",
            "@example.org",
            "ana@",
            "ana@localhost",
            "a na@example.org",
            "ana@exa mple.org",
            "ana@example.org\r\nBcc: eve@example.org",
            "ana\0@example.org",
            "\"ana\"@example.org",
            "ana@[127.0.0.1]",
            "ana@-example.org",
            ".ana@example.org",
            "a..na@example.org",
            "<ana@example.org>",
            "ana@example.org,eve@example.org",
            "eve@example.org>ana@example.org",
            "a\u{202e}na@example.org",
            &long,
            &longer,
        ] {
            assert!(Email::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_accepted_address_can_be_mailed_to() {
        for right in
            ["ana@example.org", "ana+x=y@sub.example.org", "zoé@example.org", "a@bücher.example", "李@example.org"]
        {
            let email = Email::parse(right).unwrap();
            assert!(email.address().parse::<lettre::Address>().is_ok(), "{right}");
        }
    }
}
