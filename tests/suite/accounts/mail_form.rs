//! What a mail is made of, as strict readers and filters look at it.

use tokio::process::Command;

use crate::support::account::{Account, register_in};
use crate::support::python;
use crate::support::server::Server;
use crate::support::smtp::{Mail, MailServer};

/// Reads a mail as strictly as Python can, and prints what matters.
const READER: &str = r#"
import email, email.policy, sys
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.strict)
for name in ("Subject", "Content-Type", "MIME-Version", "Auto-Submitted", "Message-ID", "Content-Transfer-Encoding"):
    print(name + ": " + str(mail[name]))
assert mail["Date"].datetime is not None
assert not mail.defects, mail.defects
print(mail.get_content())
"#;

/// What the reader prints.
async fn read(mail: &Mail) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mail");
    std::fs::write(&file, &mail.raw).expect("the mail");
    let input = std::fs::File::open(&file).expect("the mail");
    let mut python = Command::new(python::program("python"));
    let output = python.args(["-X", "utf8", "-c", READER]).stdin(input).output().await.expect("python");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test]
async fn a_mail_is_whole_for_strict_and_for_sloppy_readers() {
    for (from, domain) in [("Podium <no-reply@mail.example>", "mail.example"), ("no-reply@localhost", "podium.example")]
    {
        let mails = MailServer::start().await;
        let url = mails.settings()[0].1.to_owned();
        let settings = [
            ("PODIUM_SMTP_URL", url.as_str()),
            ("PODIUM_MAIL_FROM", from),
            ("PODIUM_PUBLIC_URL", "https://podium.example"),
        ];
        let server = Server::start_with(&settings).await;
        Account::register(&server, "ana@example.org").await;
        let mail = mails.mails(1).await.remove(0);
        assert_eq!(mail.greeting, format!("EHLO {domain}"));
        let link = format!("https://podium.example/verify#token={}", mail.token("/verify"));
        assert!(mail.raw.lines().any(|line| line == link), "the link stands whole on a line of its own: {}", mail.raw);
        assert!(mail.raw.lines().filter(|line| *line != link).all(|line| line.len() <= 78), "{}", mail.raw);

        let read = read(&mail).await;
        for part in [
            "MIME-Version: 1.0",
            "Auto-Submitted: auto-generated",
            &format!("@{domain}>"),
            "Content-Transfer-Encoding: 7bit",
        ] {
            assert!(read.contains(part), "{part} is not in {read}");
        }
        assert!(read.lines().any(|line| line == link), "{read}");
        assert!(!mail.raw.contains("@localhost>\r\nSubject") && !read.contains("Message-ID: <>"), "{read}");
    }
}

#[tokio::test]
async fn letters_beyond_ascii_are_encoded_in_subject_and_body() {
    let mails = MailServer::start().await;
    let server = Server::start_with(&mails.settings()).await;
    register_in(&server, "ana@example.org", Some("de"), &[]).await;
    let mail = mails.mails(1).await.remove(0);
    assert!(mail.raw.is_ascii() && mail.raw.lines().all(|line| line.len() <= 78), "{}", mail.raw);
    assert!(mail.raw.contains("\r\nSubject: =?utf-8?"), "{}", mail.raw);
    let read = read(&mail).await;
    let link = format!("https://podium.example/verify#token={}", mail.token("/verify"));
    for line in [
        "Subject: Bestätige deine Adresse für Podium",
        "Content-Type: text/plain; charset=\"utf-8\"",
        "Content-Transfer-Encoding: quoted-printable",
        "warst, bestätige sie bitte hier:",
        &link,
    ] {
        assert!(read.lines().any(|one| one == line), "{line} is not in {read}");
    }
}
