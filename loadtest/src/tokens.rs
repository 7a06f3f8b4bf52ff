//! Tokens for the load's people: JSON Web Tokens signed with HS256.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Signs tokens with the server's secret.
#[derive(Clone)]
pub struct Minter(Hmac<Sha256>);

impl Minter {
    /// Makes the minter of this secret.
    pub fn new(secret: &str) -> Self {
        Minter(Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length"))
    }

    /// Returns a token for a person, valid for `lifetime` from now.
    pub fn token(&self, person: &str, name: &str, lifetime: Duration) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let claims = serde_json::json!({ "sub": person, "name": name, "exp": (now + lifetime).as_secs() });
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
        let mut hmac = self.0.clone();
        hmac.update(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(hmac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_three_parts_of_which_the_second_names_the_person() {
        let token = Minter::new("secret").token("0198-me", "Ana", Duration::from_secs(60));
        let parts: Vec<_> = token.split('.').collect();
        assert_eq!(parts.len(), 3);
        let claims: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        assert_eq!((&claims["sub"], &claims["name"]), (&"0198-me".into(), &"Ana".into()));
    }
}
