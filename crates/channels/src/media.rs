//! Files of messages: where each provider keeps what customers send, and how what we send goes up.

use crate::{
    Http,
    http::{Answer, Request, classify, error},
    json::text,
    meta as graph, telegram,
    wechat::token::{self, Issuer},
};
use bytes::Bytes;
use futures_util::StreamExt;
use meridian_domain::{
    channel::AccountConfig,
    event::Attachment,
    outbound::{ErrorClass, OutboundFile, SendError},
    secret::Secret,
};
use std::time::Duration;
use url::Url;
use uuid::Uuid;

/// The longest a file may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// Hops of one file.
const HOPS: usize = 5;

/// Where a file can be fetched from.
#[derive(Debug, Clone)]
pub struct Place {
    url: String,
    /// Sent to the first host alone.
    authorization: Option<Authorization>,
    /// Hosts, and what they end in, that may be asked; empty = any that is public.
    hosts: Vec<String>,
    /// An answer in JSON is a refusal, whatever its status.
    json_refuses: bool,
}

#[derive(Debug, Clone)]
enum Authorization {
    Bearer(Secret),
    Basic(String, Secret),
}

impl Place {
    fn at(url: impl Into<String>, hosts: &[&str]) -> Self {
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        Self { url: url.into(), authorization: None, hosts, json_refuses: false }
    }

    /// The address that came with the message, at any public host.
    pub(crate) fn open(file: &Attachment) -> Result<Self, SendError> {
        Ok(Self::at(address(file)?, &[]))
    }

    fn bearer(self, token: &Secret) -> Self {
        Self { authorization: Some(Authorization::Bearer(token.clone())), ..self }
    }

    /// The host of the account's own API address counts as the provider's.
    fn and_api(mut self, account: &AccountConfig) -> Self {
        let own = account.setting("api_base").and_then(|base| Url::parse(base).ok());
        self.hosts.extend(own.and_then(|url| url.host_str().map(str::to_owned)));
        self
    }

    fn allows(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        self.hosts.is_empty()
            || self
                .hosts
                .iter()
                .any(|known| host == known || host.strip_suffix(known.as_str()).is_some_and(|rest| rest.ends_with('.')))
    }
}

fn address(file: &Attachment) -> Result<&str, SendError> {
    file.url.as_deref().ok_or_else(|| error(ErrorClass::BadContent, "the message names no file"))
}

fn media_id(file: &Attachment) -> Result<&str, SendError> {
    file.media_id.as_deref().ok_or_else(|| error(ErrorClass::BadContent, "the message names no file"))
}

fn secret<'a>(account: &'a AccountConfig, name: &str) -> Result<&'a Secret, SendError> {
    account.secret(name).ok_or_else(|| error(ErrorClass::Auth, format!("{name} is not set")))
}

const META: &[&str] = &["fbcdn.net", "fbsbx.com", "whatsapp.net", "cdninstagram.com", "facebook.com"];

/// The id is good for an address that lives five minutes, behind the same token (Cloud API "Media: retrieve media URL").
pub(crate) async fn whatsapp(http: &Http, account: &AccountConfig, file: &Attachment) -> Result<Place, SendError> {
    let answer = graph::get(http, account, media_id(file)?).await?.json();
    let url = text(&answer, "/url").ok_or_else(|| error(ErrorClass::BadContent, "the provider names no address"))?;
    Ok(Place::at(url, META).bearer(secret(account, "access_token")?).and_api(account))
}

/// Addresses are signed by themselves (Messenger Platform "Webhooks: messages").
pub(crate) fn meta(account: &AccountConfig, file: &Attachment) -> Result<Place, SendError> {
    Ok(Place::at(address(file)?, META).and_api(account))
}

/// The id is good for a path that lives an hour (Bot API "getFile").
pub(crate) async fn telegram(http: &Http, account: &AccountConfig, file: &Attachment) -> Result<Place, SendError> {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("file_id", media_id(file)?).finish();
    let answer = http.get_json(&format!("{}?{query}", telegram::send::method(account, "getFile")?), None).await?;
    let json = answer.json();
    let Some(path) = text(&json, "/result/file_path") else {
        let words = text(&json, "/description").unwrap_or("the provider names no file");
        return Err(error(answer.class(), words));
    };
    let base = account.setting("api_base").unwrap_or("https://api.telegram.org").trim_end_matches('/');
    let url = format!("{base}/file/bot{}/{path}", secret(account, "bot_token")?.expose());
    Ok(Place::at(url, &["api.telegram.org"]).and_api(account))
}

/// Content lies under the message's id, or at an address of the sender's own (Messaging API "Get content").
pub(crate) fn line(account: &AccountConfig, file: &Attachment) -> Result<Place, SendError> {
    if file.media_id.is_none() {
        return Place::open(file);
    }
    let base = account.setting("api_base").unwrap_or("https://api-data.line.me").trim_end_matches('/');
    let url = format!("{base}/v2/bot/message/{}/content", media_id(file)?);
    Ok(Place::at(url, &["line.me"]).bearer(secret(account, "access_token")?).and_api(account))
}

/// Private addresses open for the bot's token; without it they answer a page (Slack "Working with files").
pub(crate) fn slack(account: &AccountConfig, file: &Attachment) -> Result<Place, SendError> {
    let hosts = &["slack.com", "slack-files.com", "slack-edge.com"];
    Ok(Place::at(address(file)?, hosts).bearer(secret(account, "bot_token")?).and_api(account))
}

/// The API redirects to where the file lies (Twilio "Media resource").
pub(crate) fn twilio(account: &AccountConfig, file: &Attachment) -> Result<Place, SendError> {
    let hosts = &["twilio.com", "twiliocdn.com", "s3-external-1.amazonaws.com"];
    let sid = account.setting("account_sid").unwrap_or_default().to_owned();
    let basic = Authorization::Basic(sid, secret(account, "auth_token")?.clone());
    Ok(Place { authorization: Some(basic), ..Place::at(address(file)?, hosts).and_api(account) })
}

/// Temporary files live three days ("Get temporary media" of both providers).
pub(crate) async fn wechat(
    http: &Http,
    account: &AccountConfig,
    issuer: Issuer,
    file: &Attachment,
) -> Result<Place, SendError> {
    let place = match &file.media_id {
        Some(id) => Place::at(token::media(http, account, issuer, id).await?, &["weixin.qq.com", "qq.com"]),
        None => Place::at(address(file)?, &["qpic.cn", "qlogo.cn", "qq.com"]),
    };
    Ok(Place { json_refuses: true, ..place.and_api(account) })
}

/// A text with the addresses of files under it, for what a channel cannot carry itself.
pub(crate) fn linked<'a>(text: &str, files: impl Iterator<Item = &'a OutboundFile>) -> String {
    let mut lines: Vec<String> = Some(text.to_owned()).into_iter().filter(|text| !text.is_empty()).collect();
    lines.extend(files.map(|file| format!("{}: {}", file.name, file.url)));
    lines.join("\n")
}

/// What cannot have been carried out in front of the customer may be tried again.
pub(crate) fn not_said(failure: SendError) -> SendError {
    match failure.class {
        ErrorClass::Ambiguous => SendError { class: ErrorClass::ProviderDown, ..failure },
        _ => failure,
    }
}

impl Http {
    /// Fetches a file of at most `most` bytes: each hop is vetted, keys go to the first host alone. Nothing is changed
    /// by asking, so every failure but a definite one may be tried again (`provider_down`).
    pub async fn fetch(&self, place: &Place, most: usize) -> Result<Bytes, SendError> {
        tokio::time::timeout(PATIENCE, self.hops(place, most))
            .await
            .unwrap_or_else(|_| Err(error(ErrorClass::ProviderDown, "the file took longer than a minute")))
            .map_err(not_said)
    }

    async fn hops(&self, place: &Place, most: usize) -> Result<Bytes, SendError> {
        let mut url = Url::parse(&place.url).map_err(|_| error(ErrorClass::BadContent, "not a URL"))?;
        let first = (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port_or_known_default());
        for _ in 0..HOPS {
            if !place.allows(&url) {
                return Err(error(ErrorClass::BadContent, "the file lies at a host that is not the provider's"));
            }
            let mut get = self.begin(reqwest::Method::GET, url.clone(), PATIENCE)?;
            if (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port_or_known_default()) == first {
                get = match &place.authorization {
                    Some(Authorization::Bearer(token)) => get.bearer_auth(token.expose()),
                    Some(Authorization::Basic(user, password)) => get.basic_auth(user, Some(password.expose())),
                    None => get,
                };
            }
            let answer = get.send().await.map_err(|failure| classify(&failure))?;
            let status = answer.status();
            if status.is_redirection() {
                let next = answer.headers().get("location").and_then(|to| to.to_str().ok());
                let next = next.and_then(|to| url.join(to).ok());
                url = next.ok_or_else(|| error(ErrorClass::BadContent, "redirected to nowhere"))?;
                continue;
            }
            if !status.is_success() {
                let told = Answer { status: status.as_u16(), retry_after_s: None, body: Bytes::new() };
                return Err(error(told.class(), format!("the provider answered HTTP {}", status.as_u16())));
            }
            // Large films are made ready first, by LINE for one ("Get content"; RFC 9110 15.3.3): there is no file yet.
            if status == reqwest::StatusCode::ACCEPTED {
                return Err(error(ErrorClass::ProviderDown, "the provider is still preparing the file"));
            }
            let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            if place.json_refuses && (kind.contains("json") || kind.starts_with("text/plain")) {
                return Err(error(ErrorClass::BadContent, "the provider does not give the file any more"));
            }
            return body(answer, most).await;
        }
        Err(error(ErrorClass::BadContent, "redirected too often"))
    }

    /// Posts a form with files, within a minute.
    pub(crate) async fn post_form(&self, url: &str, bearer: Option<&str>, form: Form) -> Result<Answer, SendError> {
        let kind = format!("multipart/form-data; boundary={}", form.boundary);
        let mut headers = vec![("content-type", kind)];
        headers.extend(bearer.map(|token| ("authorization", format!("Bearer {token}"))));
        self.post(Request { url, headers, basic: None, body: form.done(), timeout: PATIENCE }).await
    }
}

async fn body(answer: reqwest::Response, most: usize) -> Result<Bytes, SendError> {
    let too_large = || error(ErrorClass::BadContent, meridian_domain::media::too_large());
    if answer.content_length().is_some_and(|length| length > most as u64) {
        return Err(too_large());
    }
    let (mut body, mut chunks) = (Vec::new(), answer.bytes_stream());
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| error(ErrorClass::ProviderDown, "the file was cut off"))?;
        if body.len() + chunk.len() > most {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.into())
}

/// A form with files (RFC 7578).
pub(crate) struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    pub(crate) fn new() -> Self {
        Self { boundary: format!("meridian{}", Uuid::from_u128(rand_free()).simple()), body: Vec::new() }
    }

    /// A text.
    pub(crate) fn field(self, name: &str, value: &str) -> Self {
        self.part(&format!("name=\"{name}\""), "", value.as_bytes())
    }

    /// A file.
    pub(crate) fn file(self, name: &str, file: &OutboundFile) -> Self {
        let quoted: String =
            file.name.chars().map(|c| if c == '"' || c == '\\' || c.is_control() { '_' } else { c }).collect();
        let kind = format!("content-type: {}\r\n", file.content_type.replace(['\r', '\n'], ""));
        self.part(&format!("name=\"{name}\"; filename=\"{quoted}\""), &kind, &file.content)
    }

    fn part(mut self, named: &str, more: &str, content: &[u8]) -> Self {
        let head = format!("--{}\r\ncontent-disposition: form-data; {named}\r\n{more}\r\n", self.boundary);
        self.body.extend_from_slice(head.as_bytes());
        self.body.extend_from_slice(content);
        self.body.extend_from_slice(b"\r\n");
        self
    }

    fn done(mut self) -> Vec<u8> {
        self.body.extend_from_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        self.body
    }
}

/// A boundary that no file holds but by one chance in 2^122.
fn rand_free() -> u128 {
    let mut bytes = [0_u8; 16];
    // Without randomness the boundary is still a boundary: a file that holds it is refused by the provider.
    let _ = ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes);
    u128::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_of_the_provider_are_asked() {
        let place = Place::at("https://x.fbcdn.net/a", META);
        let allowed = |url: &str| place.allows(&Url::parse(url).unwrap());
        assert!(allowed("https://scontent.fbcdn.net/a") && allowed("https://fbsbx.com/"));
        assert!(
            !allowed("https://evilfbcdn.net/")
                && !allowed("https://fbcdn.net.evil.example/")
                && !allowed("http://127.0.0.1/")
        );
    }

    #[tokio::test]
    async fn a_file_that_is_being_prepared_is_asked_for_again() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v2/bot/message/1/content", listener.local_addr().unwrap());
        let serve = tokio::spawn(async move {
            for answer in ["202 Accepted", "200 OK"] {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = stream.read(&mut [0_u8; 4096]).await.unwrap();
                let said = format!("HTTP/1.1 {answer}\r\ncontent-length: 4\r\nconnection: close\r\n\r\nfilm");
                stream.write_all(said.as_bytes()).await.unwrap();
            }
        });
        let http = crate::testing::loopback();
        let place = Place::at(url, &[]);
        assert_eq!(http.fetch(&place, 100).await.unwrap_err().class, ErrorClass::ProviderDown);
        assert_eq!(http.fetch(&place, 100).await.unwrap(), "film");
        serve.await.unwrap();
    }

    #[test]
    fn what_cannot_be_carried_is_linked() {
        let file = OutboundFile { name: "a.pdf".into(), url: "https://x/f".into(), ..OutboundFile::default() };
        assert_eq!(linked("here", [&file].into_iter()), "here\na.pdf: https://x/f");
        assert_eq!(linked("", [&file].into_iter()), "a.pdf: https://x/f");
        assert_eq!(linked("only text", [].into_iter()), "only text");
    }

    #[test]
    fn a_form_holds_its_parts_and_a_name_stays_a_name() {
        let file = OutboundFile {
            name: "a\"\r\nX: y.pdf".to_owned(),
            content_type: "application/pdf".to_owned(),
            content: b"%PDF".to_vec(),
            ..OutboundFile::default()
        };
        let form = Form::new().field("chat_id", "1").file("document", &file);
        let boundary = form.boundary.clone();
        let text = String::from_utf8(form.done()).unwrap();
        assert!(text.contains("name=\"chat_id\"\r\n\r\n1\r\n") && text.ends_with(&format!("--{boundary}--\r\n")));
        assert!(text.contains("filename=\"a___X: y.pdf\"\r\ncontent-type: application/pdf\r\n\r\n%PDF\r\n"), "{text}");
    }
}
