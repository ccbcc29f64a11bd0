//! Mail out, by SMTP.

use super::{
    imap,
    providers::{self, Provider},
    read::line,
    signing, thread,
};
use crate::{Http, http::error};
use lettre::{
    Message,
    address::Envelope,
    message::{Attachment, Mailbox, MultiPart, SinglePart, header},
    transport::smtp::{
        Error as Failure,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, MailBodyParameter, MailParameter},
    },
};
use meridian_domain::{
    channel::AccountConfig,
    outbound::{Accepted, ErrorClass, OutboundMessage, SendError},
};
use serde_json::Value;
use std::time::Duration;

/// How long a mail server may take; the library bounds none of it.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// Until it asks for the mail.
    asks: Duration,
    /// To take the mail, files of 20 MiB among it.
    takes: Duration,
    /// To say goodbye.
    leaves: Duration,
}

/// Together less than the two minutes after which a send counts as one whose sender is gone.
const PATIENCE: Patience =
    Patience { asks: Duration::from_secs(30), takes: Duration::from_mins(1), leaves: Duration::from_secs(2) };

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
    deliver(http, account, &mail, PATIENCE).await?;
    Ok(Accepted { external_ids: vec![message_id], learned: Vec::new() })
}

/// Hands a mail over. Until the server asks for it nothing was taken, and it may go again; from then on an answer that is
/// lost leaves the mail in doubt.
async fn deliver(http: &Http, account: &AccountConfig, mail: &Message, patience: Patience) -> Result<(), SendError> {
    let raw = mail.formatted();
    let asked = async {
        let mut connection = reach(http, account).await?;
        match announce(&mut connection, mail.envelope(), &raw).await {
            Ok(()) => Ok(connection),
            Err(failure) => {
                leave(connection, patience).await;
                Err(refusal(&failure))
            }
        }
    };
    let mut connection = tokio::time::timeout(patience.asks, asked).await.map_err(|_| silent())??;
    let taken = match tokio::time::timeout(patience.takes, connection.message(&raw)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(failure)) if failure.status().is_some() => Err(refusal(&failure)),
        Ok(Err(failure)) => Err(error(ErrorClass::Ambiguous, line(&failure.to_string()))),
        Err(_) => Err(error(ErrorClass::Ambiguous, "the mail server does not say whether it took the mail")),
    };
    leave(connection, patience).await;
    taken
}

/// Says from whom and to whom, and offers the mail (RFC 5321 3.3).
async fn announce(connection: &mut AsyncSmtpConnection, envelope: &Envelope, raw: &[u8]) -> Result<(), Failure> {
    let mut parameters = Vec::new();
    if envelope.from().into_iter().chain(envelope.to()).any(|address| !address.to_string().is_ascii()) {
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !raw.is_ascii() {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    connection.command(Mail::new(envelope.from().cloned(), parameters)).await?;
    for to in envelope.to() {
        connection.command(Rcpt::new(to.clone(), Vec::new())).await?;
    }
    connection.command(Data).await.map(|_| ())
}

/// What was said before counts, whatever the server says to a goodbye.
async fn leave(mut connection: AsyncSmtpConnection, patience: Patience) {
    let _ = tokio::time::timeout(patience.leaves, connection.abort()).await;
}

fn silent() -> SendError {
    error(ErrorClass::ProviderDown, "the mail server takes too long")
}

/// What a server's refusal is about (RFC 5321 4.2, RFC 4954 6). After a passing trouble the mail goes again under the
/// same Message-ID.
fn refusal(failure: &Failure) -> SendError {
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
    let tried = async {
        let mut connection = reach(http, account).await?;
        let answers = connection.test_connected().await;
        leave(connection, PATIENCE).await;
        if answers { Ok(()) } else { Err(error(ErrorClass::ProviderDown, "the server does not answer NOOP")) }
    };
    tokio::time::timeout(PATIENCE.asks, tried).await.map_err(|_| silent())??;
    if imap::reads(account) {
        imap::check(http, account).await?;
    }
    Ok(host)
}

/// Connects to the outgoing server, vetted like every address, and signs in.
async fn reach(http: &Http, account: &AccountConfig) -> Result<AsyncSmtpConnection, SendError> {
    let missing = |name: &str| error(ErrorClass::Auth, format!("{name} is not set"));
    let host = account.setting("smtp_host").ok_or_else(|| missing("smtp_host"))?;
    let port = account.settings.get("smtp_port").and_then(Value::as_u64).unwrap_or(587) as u16;
    let address = http.egress().vet(host, port).await?;
    let address = address.first().ok_or_else(|| error(ErrorClass::ProviderDown, "no address"))?;
    let tls = || TlsParameters::new(host.to_owned()).map_err(|e| error(ErrorClass::ProviderDown, e.to_string()));
    let (mode, name) = (account.setting("smtp_tls"), ClientId::default());
    let sealed = if mode == Some("tls") { Some(tls()?) } else { None };
    let connected = AsyncSmtpConnection::connect_tokio1(*address, None, &name, sealed, None).await;
    let mut connection = connected.map_err(|failure| unwelcome(&failure))?;
    if !matches!(mode, Some("tls" | "none")) {
        connection.starttls(tls()?, &name).await.map_err(|failure| unwelcome(&failure))?;
    }
    if let (Some(user), Some(password)) = (account.setting("smtp_user"), account.secret("smtp_password")) {
        let credentials = Credentials::new(user.to_owned(), password.expose().to_owned());
        connection.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(|failure| unwelcome(&failure))?;
    }
    Ok(connection)
}

/// A final refusal before any mail was named is about the account, not about a recipient.
fn unwelcome(failure: &Failure) -> SendError {
    let told = refusal(failure);
    if failure.is_permanent() { SendError { class: ErrorClass::Auth, ..told } } else { told }
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
    let reply = thread::reply_address(account, sender.email.as_ref(), message.conversation, to);
    // An address of ours that takes no addition is answered as it is.
    if let Some(reply) = reply.and_then(|reply| reply.parse::<Mailbox>().ok()) {
        builder = builder.reply_to(reply);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{email::Email, testing};
    use serde_json::json;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

    const BRIEF: Patience =
        Patience { asks: Duration::from_secs(1), takes: Duration::from_secs(1), leaves: Duration::from_millis(100) };

    /// What is said to a command; `None` is silence, and an empty text hanging up.
    type Says = fn(&str) -> Option<&'static str>;

    fn usual(command: &str) -> &'static str {
        match command.split(' ').next() {
            Some("") => "220 double",
            Some("DATA") => "354 go on",
            Some("QUIT") => "221 bye",
            _ => "250 ok",
        }
    }

    /// A server of one session; the first command is empty, the mail is one that reads `.`.
    async fn server(says: Says) -> u16 {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (read, mut write) = listener.accept().await.unwrap().0.into_split();
            let mut lines = BufReader::new(read).lines();
            let mut command = String::new();
            loop {
                match says(&command) {
                    None => std::future::pending::<()>().await,
                    Some("") => return,
                    Some(said) => write.write_all(format!("{said}\r\n").as_bytes()).await.unwrap(),
                }
                let mail = command == "DATA";
                loop {
                    let Ok(Some(line)) = lines.next_line().await else { return };
                    if !mail || line == "." {
                        command = line;
                        break;
                    }
                }
            }
        });
        port
    }

    async fn outcome(says: Says) -> Result<(), ErrorClass> {
        within(Patience { leaves: BRIEF.leaves, ..PATIENCE }, says).await
    }

    async fn within(patience: Patience, says: Says) -> Result<(), ErrorClass> {
        let settings = json!({ "smtp_host": "127.0.0.1", "smtp_port": server(says).await, "smtp_tls": "none" });
        let account = testing::account(&Email, settings, &[]);
        let mail = Message::builder().from("help@shop.example".parse().unwrap()).to("ana@example.org".parse().unwrap());
        let mail = mail.body("Hello".to_owned()).unwrap();
        deliver(&testing::loopback(), &account, &mail, patience).await.map_err(|failure| failure.class)
    }

    #[tokio::test]
    async fn a_silent_server_holds_no_mail_up_and_what_it_may_have_taken_is_in_doubt() {
        let down = Err(ErrorClass::ProviderDown);
        assert_eq!(within(BRIEF, |_| None).await, down);
        assert_eq!(within(BRIEF, |command| Some(usual(command)).filter(|_| !command.starts_with("RCPT"))).await, down);
        assert_eq!(
            within(BRIEF, |command| if command == "DATA" { Some("") } else { Some(usual(command)) }).await,
            down
        );
        let doubt = Err(ErrorClass::Ambiguous);
        assert_eq!(within(BRIEF, |command| Some(usual(command)).filter(|_| command != ".")).await, doubt);
        assert_eq!(within(BRIEF, |command| if command == "." { Some("") } else { Some(usual(command)) }).await, doubt);
    }

    #[tokio::test]
    async fn the_answer_to_the_mail_counts() {
        assert_eq!(outcome(|command| Some(usual(command))).await, Ok(()));
        assert_eq!(outcome(|command| Some(usual(command)).filter(|_| command != "QUIT")).await, Ok(()));
        let later = outcome(|command| if command == "." { Some("451 later") } else { Some(usual(command)) });
        assert_eq!(later.await, Err(ErrorClass::ProviderDown));
        let nobody = outcome(
            |command| if command.starts_with("RCPT") { Some("550 no such user") } else { Some(usual(command)) },
        );
        assert_eq!(nobody.await, Err(ErrorClass::BadRecipient));
        let closed =
            outcome(|command| if command.starts_with("EHLO") { Some("550 not you") } else { Some(usual(command)) });
        assert_eq!(closed.await, Err(ErrorClass::Auth));
    }
}
