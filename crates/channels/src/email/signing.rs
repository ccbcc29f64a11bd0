//! DKIM signatures of outgoing mail (RFC 6376, RFC 8463).

use crate::http::error;
use base64::{Engine, engine::general_purpose::STANDARD};
use lettre::{
    Message,
    message::{
        dkim::{DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey},
        header::HeaderName,
    },
};
use meridian_domain::{
    channel::AccountConfig,
    outbound::{ErrorClass, SendError},
};
use rsa::{
    RsaPrivateKey,
    pkcs1::{EncodeRsaPrivateKey, LineEnding},
    pkcs8::DecodePrivateKey,
};

/// What an Ed25519 key in PKCS#8 begins with (RFC 8410 7); its 32 bytes follow.
const ED25519: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// Signed fields; those that make up what people see and what threads rest on (RFC 6376 5.4.1).
const FIELDS: [&str; 9] =
    ["From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Reply-To", "Content-Type"];

/// Signs a mail when the account has a key and a selector.
pub(super) fn sign(account: &AccountConfig, domain: &str, mail: &mut Message) -> Result<(), SendError> {
    let (Some(key), Some(selector)) = (account.secret("dkim_key"), account.setting("dkim_selector")) else {
        return Ok(());
    };
    let unfit = |why: &str| error(ErrorClass::Auth, format!("the DKIM key cannot be used: {why}"));
    let key = key_of(key.expose()).map_err(|why| unfit(&why))?;
    let fields = FIELDS.iter().filter_map(|name| HeaderName::new_from_ascii((*name).to_owned()).ok());
    let canonical =
        DkimCanonicalization { header: DkimCanonicalizationType::Relaxed, body: DkimCanonicalizationType::Relaxed };
    let config = DkimConfig::new(selector.to_owned(), domain.to_owned(), key, fields.collect(), canonical);
    mail.sign(&config);
    Ok(())
}

/// A key in PEM: RSA in PKCS#1 or PKCS#8, Ed25519 in PKCS#8.
fn key_of(pem: &str) -> Result<DkimSigningKey, String> {
    if pem.contains("BEGIN RSA PRIVATE KEY") {
        return DkimSigningKey::new(pem, DkimSigningAlgorithm::Rsa).map_err(|e| e.to_string());
    }
    let inner: String = pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let der = STANDARD.decode(&inner).map_err(|_| "it is no PEM".to_owned())?;
    if let Some(seed) = der.strip_prefix(&ED25519).filter(|seed| seed.len() == 32) {
        return DkimSigningKey::new(&STANDARD.encode(seed), DkimSigningAlgorithm::Ed25519).map_err(|e| e.to_string());
    }
    let rsa = RsaPrivateKey::from_pkcs8_der(&der).map_err(|e| e.to_string())?;
    let pem = rsa.to_pkcs1_pem(LineEnding::LF).map_err(|e| e.to_string())?;
    DkimSigningKey::new(&pem, DkimSigningAlgorithm::Rsa).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{email::Email, testing::account};
    use ring::signature::{ED25519 as SCHEME, UnparsedPublicKey};
    use serde_json::json;
    use sha2::{Digest, Sha256};

    /// A key of the tests alone.
    const SEED: [u8; 32] = [7; 32];

    fn pem() -> String {
        let der = [&ED25519[..], &SEED].concat();
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", STANDARD.encode(der))
    }

    fn mail() -> Message {
        let builder = Message::builder().from("help@shop.example".parse().unwrap()).to("a@b.example".parse().unwrap());
        builder
            .subject("Kettle")
            .message_id(Some("<1@shop.example>".to_owned()))
            .body("hello \r\n\r\n".to_owned())
            .unwrap()
    }

    /// Relaxed canonical form of a field (RFC 6376 3.4.2).
    fn relaxed(name: &str, value: &str) -> String {
        let unfolded = value.replace("\r\n", "");
        format!("{}:{}", name.to_lowercase(), unfolded.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_signature_verifies_with_the_public_key_of_the_selector() {
        let account = account(&Email, json!({ "dkim_selector": "s1" }), &[("dkim_key", &pem())]);
        let mut signed = mail();
        sign(&account, "shop.example", &mut signed).unwrap();
        let text = String::from_utf8(signed.formatted()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let field = |name: &str| {
            unfolded
                .lines()
                .find_map(|l| l.split_once(':').filter(|(n, _)| n.eq_ignore_ascii_case(name)))
                .map(|(_, v)| v.trim().to_owned())
        };
        let signature = field("DKIM-Signature").unwrap();
        let tag = |name: &str| {
            let found =
                signature.split(';').find_map(|part| part.trim().strip_prefix(&format!("{name}=")).map(str::to_owned));
            found.unwrap_or_default().split_whitespace().collect::<String>()
        };
        assert_eq!(
            (tag("d").as_str(), tag("s").as_str(), tag("c").as_str()),
            ("shop.example", "s1", "relaxed/relaxed")
        );
        let canonical = format!("{}\r\n", body.trim_end().lines().map(str::trim_end).collect::<Vec<_>>().join("\r\n"));
        assert_eq!(tag("bh"), STANDARD.encode(Sha256::digest(canonical.as_bytes())));
        let mut covered: String =
            tag("h").split(':').filter_map(|name| Some(relaxed(name, &field(name)?) + "\r\n")).collect();
        let bare = signature
            .split(';')
            .map(|part| if part.trim().starts_with("b=") { " b=" } else { part })
            .collect::<Vec<_>>()
            .join(";");
        covered.push_str(&relaxed("DKIM-Signature", &bare));
        let public = ed25519_dalek::SigningKey::from_bytes(&SEED).verifying_key();
        let hash = Sha256::digest(covered.as_bytes());
        let given = STANDARD.decode(tag("b")).unwrap();
        assert!(UnparsedPublicKey::new(&SCHEME, public.as_bytes()).verify(&hash, &given).is_ok(), "{covered}");
    }

    #[test]
    fn without_a_key_nothing_is_signed_and_a_bad_one_is_told() {
        let mut plain = mail();
        sign(&account(&Email, json!({}), &[]), "shop.example", &mut plain).unwrap();
        assert!(!String::from_utf8(plain.formatted()).unwrap().contains("DKIM"));
        let bad = account(&Email, json!({ "dkim_selector": "s1" }), &[("dkim_key", "hello")]);
        assert_eq!(sign(&bad, "shop.example", &mut plain).unwrap_err().class, ErrorClass::Auth);
    }
}
