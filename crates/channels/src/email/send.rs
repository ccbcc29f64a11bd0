//! Mail out, by SMTP.

use super::{
    imap,
    providers::{self, Provider},
    read::line,
    signing, thread,
};
use crate::{Http, http::error};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Attachment, Mailbox, MultiPart, SinglePart, header},
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use meridian_domain::{
    channel::AccountConfig,
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
};
use serde_json::Value;
use std::time::Duration;

/// Sends over SMTP. The Message-ID is the delivery's, so a repeated send is the same mail.
pub(super) async fn send(
    http: &Http,
    account: &AccountConfig,
    message: &OutboundMessage,
) -> Result<Accepted, SendError> {
    let missing = |name: &str| error(ErrorClass::Auth, format!("{name} is not set"));
    let from = account.setting("from").ok_or_else(|| missing("from"))?;
    let domain = account.setting("domain").ok_or_else(|| missing("domain"))?;
    let to = message.to.iter().find(|id| id.scheme == "email");
    let to = &to.ok_or_else(|| error(ErrorClass::BadRecipient, "no mail address"))?.value;
    let message_id = format!("{}@{domain}", message.id.0.simple());
    let mut mail = compose(account, message, from, to, &message_id)
        .map_err(|problem| error(ErrorClass::BadContent, problem.to_string()))?;
    signing::sign(account, domain, &mut mail)?;
    match transport(http, account).await?.send(mail).await {
        Ok(_) => Ok(Accepted { external_ids: vec![message_id], learned: Vec::new() }),
        Err(failure) => Err(refusal(&failure)),
    }
}

/// What a server's refusal is about (RFC 5321 4.2, RFC 4954 6). After a passing trouble the mail goes again under the
/// same Message-ID, by which a second copy is recognised.
fn refusal(failure: &lettre::transport::smtp::Error) -> SendError {
    let code = failure.status().map(u16::from);
    let class = match code {
        Some(454 | 530 | 534 | 535 | 538) => ErrorClass::Auth,
        Some(421 | 450 | 451 | 452) => ErrorClass::ProviderDown,
        Some(523 | 552 | 554 | 555) => ErrorClass::BadContent,
        _ if failure.is_permanent() => ErrorClass::BadRecipient,
        _ => ErrorClass::ProviderDown,
    };
    error(class, line(&failure.to_string()))
}

/// Signs in to the outgoing server and leaves again (NOOP), and to the mailbox when one is read.
pub(super) async fn check(http: &Http, account: &AccountConfig) -> Result<String, SendError> {
    let host = account.setting("smtp_host").unwrap_or_default().to_owned();
    match transport(http, account).await?.test_connection().await {
        Ok(true) if imap::reads(account) => imap::check(http, account).await.map(|()| host),
        Ok(true) => Ok(host),
        Ok(false) => Err(error(ErrorClass::ProviderDown, "the server does not answer NOOP")),
        Err(failure) if failure.is_permanent() => Err(error(ErrorClass::Auth, line(&failure.to_string()))),
        Err(failure) => Err(refusal(&failure)),
    }
}

/// The outgoing server, vetted like every address.
async fn transport(http: &Http, account: &AccountConfig) -> Result<AsyncSmtpTransport<Tokio1Executor>, SendError> {
    let missing = |name: &str| error(ErrorClass::Auth, format!("{name} is not set"));
    let host = account.setting("smtp_host").ok_or_else(|| missing("smtp_host"))?;
    let port = account.settings.get("smtp_port").and_then(Value::as_u64).unwrap_or(587) as u16;
    let address = http.egress().vet(host, port).await?;
    let address = address.first().ok_or_else(|| error(ErrorClass::ProviderDown, "no address"))?;
    let tls = || TlsParameters::new(host.to_owned()).map_err(|e| error(ErrorClass::ProviderDown, e.to_string()));
    let tls = match account.setting("smtp_tls") {
        Some("tls") => Tls::Wrapper(tls()?),
        Some("none") => Tls::None,
        _ => Tls::Required(tls()?),
    };
    let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address.ip().to_string())
        .port(port)
        .tls(tls)
        .timeout(Some(Duration::from_secs(20)));
    if let (Some(user), Some(password)) = (account.setting("smtp_user"), account.secret("smtp_password")) {
        transport = transport.credentials(Credentials::new(user.to_owned(), password.expose().to_owned()));
    }
    Ok(transport.build())
}

pub(super) fn compose(
    account: &AccountConfig,
    message: &OutboundMessage,
    from: &str,
    to: &str,
    message_id: &str,
) -> Result<Message, lettre::error::Error> {
    fn bad<T>(_: T) -> lettre::error::Error {
        lettre::error::Error::MissingFrom
    }
    let sender: Mailbox = from.parse().map_err(bad)?;
    let subject = match &message.subject {
        Some(subject) if subject.to_lowercase().starts_with("re:") => line(subject),
        Some(subject) => format!("Re: {}", line(subject)),
        None => "Your message".to_owned(),
    };
    let mut builder = Message::builder()
        .from(sender.clone())
        .to(to.parse().map_err(bad)?)
        .subject(subject)
        .message_id(Some(format!("<{message_id}>")));
    if let Some(reply) = thread::reply_address(account, sender.email.as_ref(), message.conversation, to) {
        builder = builder.reply_to(reply.parse().map_err(bad)?);
    }
    if let Some((name, value)) = providers::header(Provider::of(account.setting("provider")), message.id) {
        builder = builder.raw_header(header::HeaderValue::new(header::HeaderName::new_from_ascii_str(name), value));
    }
    let bracket = |id: &String| format!("<{}>", line(id));
    if let Some(id) = &message.in_reply_to {
        builder = builder.in_reply_to(bracket(id));
    }
    let known = &message.references;
    let kept = known.iter().take(1).chain(known.iter().skip(1.max(known.len().saturating_sub(20))));
    let references = kept.map(bracket).collect::<Vec<_>>().join(" ");
    if !references.is_empty() {
        builder = builder.references(references);
    }
    if message.files.is_empty() {
        return builder.header(header::ContentType::TEXT_PLAIN).body(message.text.clone());
    }
    let mut parts = MultiPart::mixed().singlepart(SinglePart::plain(message.text.clone()));
    for file in &message.files {
        let kind = header::ContentType::parse(&file.content_type);
        let kind = kind.or_else(|_| header::ContentType::parse("application/octet-stream")).map_err(bad)?;
        parts = parts.singlepart(Attachment::new(line(&file.name)).body(file.content.clone(), kind));
    }
    builder.multipart(parts)
}
