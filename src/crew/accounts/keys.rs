//! Keys: refresh tokens, and the tokens in mailed links. Each is 256 random bits, and only its SHA-256 is stored. A
//! slow hash would add nothing, since a random key cannot be guessed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::foundation::errors::{Error, Result};

/// A key. It has no `Debug`, so that it cannot reach a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// Makes a new key.
    ///
    /// # Errors
    /// [`Code::Internal`](crate::foundation::errors::Code::Internal) if the system has no randomness.
    pub fn random() -> Result<Self> {
        let mut bytes = [0; 32];
        OsRng.try_fill_bytes(&mut bytes).map_err(Error::internal)?;
        Ok(Key(bytes))
    }

    /// Makes a key of these bytes.
    pub fn of(bytes: [u8; 32]) -> Self {
        Key(bytes)
    }

    /// Parses what [`Key::text`] returns; `None` for anything else.
    pub fn read(text: &str) -> Option<Self> {
        // The length first, so that a megabyte is not decoded only to be refused.
        (text.len() == 43).then(|| URL_SAFE_NO_PAD.decode(text).ok())??.try_into().ok().map(Key)
    }

    /// Returns it as text: 43 characters that are safe in a URL.
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// Returns the bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the first half of its hash. The access token of the same pair carries it, which shows that the pair
    /// arrived.
    pub fn generation(&self) -> Uuid {
        let mut half = [0; 16];
        half.copy_from_slice(&Sha256::digest(self.0)[..16]);
        Uuid::from_bytes(half)
    }

    /// Returns its SHA-256, which is stored.
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
