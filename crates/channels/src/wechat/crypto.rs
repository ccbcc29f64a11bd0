//! Signatures and encryption of the WeChat family (WeChat Official Accounts "Message encryption and decryption"; WeCom
//! "Encryption and decryption scheme").

use aes::Aes256;
use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use cbc::cipher::{BlockDecryptMut, KeyIvInit, block_padding::NoPadding};
use sha1::{Digest, Sha1};

/// An EncodingAESKey has 43 characters, the last of which may carry bits beyond the 32 bytes.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The padding is PKCS #7 to this many bytes, twice the block of the cipher.
const PAD: usize = 32;

/// SHA-1 over the sorted parts, in hex: `signature` (token, timestamp, nonce), `msg_signature` (and Encrypt).
pub(crate) fn signature(mut parts: Vec<&str>) -> String {
    parts.sort_unstable();
    hex::encode(Sha1::digest(parts.concat().as_bytes()))
}

/// Opens an encrypted text: 16 random bytes, the length in 4 bytes, the message, the id of the receiver. `None` when
/// key, padding, length or id do not fit.
///
/// * `encoding_aes_key`: as the provider's console shows it, 43 characters.
/// * `receiver`: the app id or corp id that must stand at the end.
pub fn decrypt(encoding_aes_key: &str, receiver: &str, encrypted: &str) -> Option<String> {
    let key = BASE64.decode(encoding_aes_key.trim_end_matches('=')).ok().filter(|key| key.len() == 32)?;
    let mut data = BASE64.decode(encrypted.trim()).ok()?;
    let cipher = cbc::Decryptor::<Aes256>::new_from_slices(&key, &key[..16]).ok()?;
    let plain = cipher.decrypt_padded_mut::<NoPadding>(&mut data).ok()?;
    let pad = usize::from(*plain.last()?);
    if pad == 0 || pad > PAD || pad > plain.len() || plain[plain.len() - pad..].iter().any(|b| usize::from(*b) != pad) {
        return None;
    }
    let plain = &plain[..plain.len() - pad];
    let length = u32::from_be_bytes(plain.get(16..20)?.try_into().ok()?) as usize;
    let end = 20_usize.checked_add(length)?;
    let (message, id) = (plain.get(20..end)?, plain.get(end..)?);
    if receiver.is_empty() || id != receiver.as_bytes() {
        return None;
    }
    String::from_utf8(message.to_vec()).ok()
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use cbc::cipher::BlockEncryptMut;

    /// Seals as the provider does.
    pub(crate) fn encrypt(encoding_aes_key: &str, receiver: &str, message: &str) -> String {
        let key = BASE64.decode(encoding_aes_key).unwrap();
        let mut plain = b"0123456789abcdef".to_vec();
        plain.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
        plain.extend(message.as_bytes());
        plain.extend(receiver.as_bytes());
        let pad = PAD - plain.len() % PAD;
        plain.extend(vec![u8::try_from(pad).unwrap(); pad]);
        let length = plain.len();
        let cipher = cbc::Encryptor::<Aes256>::new_from_slices(&key, &key[..16]).unwrap();
        let sealed = cipher.encrypt_padded_mut::<NoPadding>(&mut plain, length).unwrap();
        base64::engine::general_purpose::STANDARD.encode(sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::{testing::encrypt, *};

    const KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWZ";

    #[test]
    fn what_was_sealed_for_us_opens_and_nothing_else() {
        for message in ["", "你好", &"x".repeat(31), &"y".repeat(1000)] {
            let sealed = encrypt(KEY, "wx1", message);
            assert_eq!(decrypt(KEY, "wx1", &sealed).as_deref(), Some(message));
            assert_eq!(decrypt(KEY, "wx2", &sealed), None);
            assert_eq!(decrypt(KEY, "", &sealed), None);
            assert_eq!(decrypt(&KEY.replace('M', "N"), "wx1", &sealed), None);
        }
        for bad in ["", "AAAA", "not base64!", &"A".repeat(64)] {
            assert_eq!(decrypt(KEY, "wx1", bad), None);
        }
        assert_eq!(decrypt("short", "wx1", &encrypt(KEY, "wx1", "m")), None);
    }

    #[test]
    fn the_signature_sorts_its_parts() {
        assert_eq!(signature(vec!["b", "a", "c"]), hex::encode(Sha1::digest(b"abc")));
    }
}
