//! Reply addresses that carry the conversation they belong to, signed.

use super::read::Mail;
use crate::signature;
use meridian_domain::{channel::AccountConfig, ids::ConversationId};

/// More recipients are not looked at.
const MAX_RECIPIENTS: usize = 50;
/// Longest local part of an address, octets (RFC 5321 4.5.3.1.1).
const LONGEST_LOCAL: usize = 64;

/// 80 bits that bind a reply address to account, conversation and recipient.
fn reply_mac(account: &AccountConfig, key: &[u8], conversation: ConversationId, recipient: &str) -> String {
    let recipient = recipient.to_lowercase();
    let parts: [&[u8]; 4] = [account.id.0.as_bytes(), conversation.0.as_bytes(), b"|", recipient.as_bytes()];
    let mac = signature::sha256(key, &parts);
    base36(mac.iter().take(10).fold(0, |number, byte| number << 8 | u128::from(*byte)))
}

/// Digits and lower-case letters: the local part of an address has 64 characters and survives lower-casing.
fn base36(mut number: u128) -> String {
    let mut digits = Vec::new();
    while number > 0 || digits.is_empty() {
        digits.extend(char::from_digit((number % 36) as u32, 36));
        number /= 36;
    }
    digits.iter().rev().collect()
}

/// The address that answers to a mail of ours come to; none where it would be too long for an address. In-Reply-To and
/// References thread such an answer.
pub(super) fn reply_address(
    account: &AccountConfig,
    address: &str,
    conversation: ConversationId,
    recipient: &str,
) -> Option<String> {
    let key = account.secret("reply_mac")?;
    let (local, domain) = address.split_once('@')?;
    let mac = reply_mac(account, key.expose().as_bytes(), conversation, recipient);
    let local = format!("{local}+c.{}.{mac}", base36(conversation.0.as_u128()));
    (local.len() <= LONGEST_LOCAL).then(|| format!("{local}@{domain}"))
}

/// The conversation that one of our signed reply addresses among the recipients names, written to this sender.
pub(super) fn conversation(account: &AccountConfig, mail: &Mail) -> Option<ConversationId> {
    let sender = mail.from.as_ref()?.email.to_lowercase();
    let named = mail.to.iter().chain(&mail.cc).map(|address| address.email.as_str());
    let delivered = mail.delivered_to.iter().map(String::as_str);
    named.chain(delivered).take(MAX_RECIPIENTS).find_map(|address| {
        let (_, tag) = address.split_once('@')?.0.split_once("+c.")?;
        let (conversation, given) = tag.split_once('.')?;
        let conversation = ConversationId(uuid::Uuid::from_u128(u128::from_str_radix(conversation, 36).ok()?));
        let known = account.secrets("reply_mac").any(|secret| {
            let expected = reply_mac(account, secret.expose().as_bytes(), conversation, &sender);
            signature::equal(expected.as_bytes(), given.to_lowercase().as_bytes())
        });
        known.then_some(conversation)
    })
}
