//! The keys that are handed out: refresh tokens, and what is in mailed links. Each is 256 bits that nobody can guess, and
//! is stored as its SHA-256 alone; a slow hash would add nothing, since there is nothing to try out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::foundation::errors::{Error, Result};

/// A key. What is done with it must not reach a log, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// A new one.
    ///
    /// # Errors
    /// [`Code::Internal`](crate::foundation::errors::Code::Internal) if the system has no randomness.
    pub fn random() -> Result<Self> {
        let mut bytes = [0; 32];
        OsRng.try_fill_bytes(&mut bytes).map_err(Error::internal)?;
        Ok(Key(bytes))
    }

    /// These bytes.
    pub fn of(bytes: [u8; 32]) -> Self {
        Key(bytes)
    }

    /// Reads what [`Key::text`] wrote; `None` for anything else.
    pub fn read(text: &str) -> Option<Self> {
        // Its length first: nobody decodes a megabyte to find that it is none.
        (text.len() == 43).then(|| URL_SAFE_NO_PAD.decode(text).ok())??.try_into().ok().map(Key)
    }

    /// As it is handed out: 43 characters that are safe in an address.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first half of what is stored, by which the access token beside it tells that it arrived.
    pub fn generation(&self) -> Uuid {
        let mut half = [0; 16];
        half.copy_from_slice(&Sha256::digest(self.0)[..16]);
        Uuid::from_bytes(half)
    }

    /// As it is stored.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0).to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let key = Key::random().unwrap();
        assert!(Key::read(&key.text()).is_some_and(|read| read == key));
        assert!(key.text() != Key::random().unwrap().text() && !key.hash().is_empty());
        let other_end = format!("{}=", &key.text()[..42]);
        for wrong in ["", "x", &key.text()[1..], &format!("{}A", key.text()), &other_end, &"€".repeat(15)] {
            assert!(Key::read(wrong).is_none(), "{wrong}");
        }
    }
}
