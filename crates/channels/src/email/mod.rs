//! E-mail: raw mail from the tenant's own server or the posts of a mail provider in, SMTP out.

mod auth;
mod check;
mod class;
mod date;
mod decode;
mod event;
mod html;
pub mod imap;
mod mime;
mod providers;
mod read;
mod report;
mod send;
mod signing;
pub mod smtp;
mod thread;
mod words;

pub use check::{Checker, Checks, NameServers, Peer, checked_here};
pub use class::Class;
pub(crate) use html::to_text;
pub use providers::{Inbound, Post, Provider, Status, read as read_post};
pub use read::{Address, File, Mail, read};
pub use report::{Dsn, Report};

use crate::{Capabilities, Channel, Http, InboundRequest, Reject, Setting, StoredRequest, Verified, signature};
use event::Envelope;
use futures_util::future::BoxFuture;
use meridian_domain::{
    channel::{AccountConfig, ChannelKind, Generated, Input, MediaKind},
    event::{EventKind, Identifier, InboundEvent},
    outbound::{Accepted, OutboundMessage, SendError},
    time::Instant,
};

/// The adapter.
pub(crate) struct Email;

const SETTINGS: &[Setting] = &[
    Setting::text("from", "From", "发件人")
        .required()
        .help("Address customers see", "客户看到的发件地址")
        .example("Help <help@example.com>"),
    Setting::text("domain", "Domain", "域名")
        .required()
        .help("Domain of Message-IDs and reply addresses", "用于 Message-ID 与回信地址")
        .example("example.com"),
    Setting::text("smtp_host", "Outgoing server", "发信服务器").required().example("smtp.example.com"),
    Setting::text("smtp_port", "Port", "端口").takes(Input::Number).help("Default 587", "默认 587").example("587"),
    Setting::text("smtp_tls", "Encryption", "加密方式")
        .takes(Input::Choice(&["starttls", "tls", "none"]))
        .help("Default starttls", "默认 starttls")
        .example("starttls"),
    Setting::text("smtp_user", "User", "用户名").help("Signs in to the outgoing server", "登录发信服务器"),
    Setting::secret("smtp_password", "Password", "密码")
        .optional()
        .help("Signs in to the outgoing server", "登录发信服务器"),
    Setting::text("provider", "Who posts inbound mail", "收信方式")
        .takes(Input::Choice(&[
            "smtp",
            "imap",
            "sendgrid",
            "mailgun",
            "postmark",
            "mailjet",
            "sparkpost",
            "brevo",
            "mandrill",
        ]))
        .help(
            "Your own server (smtp, default), a mailbox that is read (imap) or a mail provider",
            "自有服务器（smtp，默认）、读取邮箱（imap）或邮件服务商",
        )
        .example("smtp"),
    Setting::text("imap_host", "Mailbox server", "收件邮箱服务器")
        .help("For `imap`: where the mailbox is read", "仅用于 imap：读取邮箱的服务器")
        .example("imap.example.com"),
    Setting::text("imap_port", "Mailbox port", "收件端口")
        .takes(Input::Number)
        .help("Default 993, or 143 without tls", "默认 993，非 tls 时为 143")
        .example("993"),
    Setting::text("imap_tls", "Mailbox encryption", "收件加密方式")
        .takes(Input::Choice(&["tls", "starttls", "none"]))
        .help("Default tls", "默认 tls")
        .example("tls"),
    Setting::text("imap_user", "Mailbox user", "收件用户名").help("Signs in to the mailbox", "登录收件邮箱"),
    Setting::secret("imap_password", "Mailbox password", "收件密码")
        .optional()
        .help("Signs in to the mailbox; an app password where there are any", "登录收件邮箱，可用应用专用密码"),
    Setting::text("imap_folder", "Mailbox folder", "收件文件夹").help("Default INBOX", "默认 INBOX").example("INBOX"),
    Setting::text("dkim_selector", "DKIM selector", "DKIM 选择器")
        .help("With a DKIM key: names it in DNS", "与 DKIM 私钥配合，对应 DNS 记录")
        .example("mail2026"),
    Setting::secret("dkim_key", "DKIM key", "DKIM 私钥").optional().help(
        "Private key in PEM (RSA or Ed25519): outgoing mail is signed for the domain",
        "PEM 私钥（RSA 或 Ed25519），用于为外发邮件签名",
    ),
    Setting::text("authserv_id", "Trusted server", "可信服务器标识")
        .help("Whose Authentication-Results are believed", "采信其 Authentication-Results 的服务器")
        .example("mx.example.com"),
    Setting::secret("inbound_token", "Inbound token", "收信令牌")
        .help(
            "Bearer token of your server's posts, or the password in the URL that the provider posts to",
            "自有服务器推送时的 Bearer 令牌，或服务商推送 URL 中的密码",
        )
        .or_made(Generated::Token),
    Setting::secret("signing_key", "Signing key", "签名密钥").optional().help(
        "Mailgun: webhook signing key; Mandrill: webhook key; SendGrid: public key of the event webhook",
        "Mailgun：Webhook 签名密钥；Mandrill：Webhook 密钥；SendGrid：事件 Webhook 公钥",
    ),
    Setting::secret("reply_mac", "Reply address key", "回信地址密钥")
        .help("Signs reply addresses", "用于签署回信地址")
        .or_made(Generated::Token),
    Setting::sends_per_second("0"),
];

impl Channel for Email {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { media: MediaKind::ALL, media_max: 20 * 1024 * 1024, ..Capabilities::default() }
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn verify(&self, account: &AccountConfig, request: &InboundRequest, now: Instant) -> Result<Verified, Reject> {
        providers::verify(account, request, now)
    }

    fn dedupe_key(&self, request: &InboundRequest) -> String {
        providers::dedupe_key(request).unwrap_or_else(|| signature::digest(&request.body))
    }

    fn parse(&self, account: &AccountConfig, request: &StoredRequest) -> Vec<InboundEvent> {
        let provider = Provider::of(account.setting("provider"));
        let received = request.received_at;
        let digest = signature::digest(&request.body);
        match read_post(provider, request.header("content-type").unwrap_or_default(), &request.body) {
            Post::Mails(mails) => mails
                .into_iter()
                .enumerate()
                .flat_map(|(n, inbound)| {
                    let mut mail = inbound.mail;
                    mail.delivered_to.extend(inbound.envelope_to);
                    let digest = if n == 0 { digest.clone() } else { format!("{digest}-{n}") };
                    let results = inbound.results.or_else(|| auth::Results::checked(&request.part));
                    event::of(account, &mail, &Envelope { digest, results }, received)
                })
                .collect(),
            Post::Status(all) => {
                all.iter().enumerate().map(|(n, s)| event::of_status(s, &digest, n, received)).collect()
            }
            Post::Unknown(reason) => {
                let mut event = InboundEvent::new(EventKind::UnknownEvent, format!("raw:{digest}"), received);
                event.detail = serde_json::json!({ "reason": reason });
                vec![event]
            }
        }
    }

    /// The mail is read again; the same bytes give the same ids.
    fn inside(
        &self,
        account: &AccountConfig,
        request: &StoredRequest,
        external_id: Option<&str>,
        position: usize,
    ) -> Option<Vec<u8>> {
        let provider = Provider::of(account.setting("provider"));
        let digest = signature::digest(&request.body);
        let kind = request.header("content-type").unwrap_or_default();
        let Post::Mails(mails) = read_post(provider, kind, &request.body) else { return None };
        mails.into_iter().enumerate().find_map(|(n, inbound)| {
            let digest = if n == 0 { digest.clone() } else { format!("{digest}-{n}") };
            let envelope = Envelope { digest, results: inbound.results };
            let mut mail = inbound.mail;
            let events = event::of(account, &mail, &envelope, request.received_at);
            let named = events.iter().any(|event| event.external_id.as_deref() == external_id);
            (named && position < mail.attachments.len()).then(|| mail.attachments.swap_remove(position).content)
        })
    }

    fn address(&self, text: &str) -> Option<Identifier> {
        let mail = text.trim().to_lowercase();
        let whole = mail.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.'));
        (whole && !mail.contains(char::is_whitespace)).then(|| Identifier::channel("email", mail, ""))
    }

    fn check<'a>(&'a self, http: &'a Http, account: &'a AccountConfig) -> BoxFuture<'a, Result<String, SendError>> {
        Box::pin(send::check(http, account))
    }

    fn send<'a>(
        &'a self,
        http: &'a Http,
        account: &'a AccountConfig,
        message: &'a OutboundMessage,
    ) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(send::send(http, account, message))
    }
}

#[cfg(test)]
mod tests;
