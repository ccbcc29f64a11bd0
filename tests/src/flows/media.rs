//! Files, both ways: fetched, judged, kept, shown by links that end; uploaded, sent, refused where they cannot go.

use super::{PATIENCE, accept_first, both_sites, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_domain::channel::ChannelKind;
use meridian_lab::{
    agent::Agent,
    provider::Answer,
    senders::{self, Signed, Text},
};
use meridian_testkit::Stack;
use serde_json::{Value, json};

const PDF: &[u8] = b"%PDF-1.7 an invoice";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000IHDR and so on";

const FILES: &str = "query($c: ID!) { conversation(id: $c) { timeline(first: 20) { nodes {
    text attachments { id kind name contentType sizeBytes state reason url } } } } }";

/// A Telegram document of a customer.
async fn document(stack: &Stack, number: u64, name: &str, mime: &str) -> Result<()> {
    let person = json!({ "id": 4_477_009_021_i64, "is_bot": false, "first_name": "Ida" });
    let chat = json!({ "id": 4_477_009_021_i64, "type": "private", "first_name": "Ida" });
    let file = json!({ "file_id": format!("F{number}"), "file_unique_id": format!("u{number}"), "file_name": name,
                       "mime_type": mime, "file_size": 19 });
    let message = json!({ "message_id": number, "from": person, "chat": chat, "date": unix(), "document": file,
                          "caption": name });
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("x-telegram-bot-api-secret-token", Stack::secret("telegram secret_token")),
    ];
    let body = json!({ "update_id": 100 + number, "message": message }).to_string();
    let post = Signed { url: stack.hook(ChannelKind::Telegram)?, headers, body };
    ensure!(post.post(&reqwest_client()).await? == 200, "the update is not taken");
    Ok(())
}

fn path(number: u64) -> Answer {
    Answer::Say(200, json!({ "ok": true, "result": { "file_id": "F", "file_path": format!("documents/{number}") } }))
}

/// The files of the message with a text.
async fn files(agent: &Agent, conversation: &str, text: &str) -> Result<Vec<Value>> {
    let seen = agent.query(FILES, json!({ "c": conversation })).await?;
    let nodes = seen["conversation"]["timeline"]["nodes"].as_array().context("nodes")?;
    let item = nodes.iter().find(|node| node["text"] == text).with_context(|| format!("no message {text}: {seen}"))?;
    Ok(item["attachments"].as_array().context("attachments")?.clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_fetched_kept_and_opened_by_a_link_and_bad_ones_say_why() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let mut people = both_sites(&stack).await?;
    stack.provider.plan("/getFile", vec![path(1), path(2), path(3)]);
    let page = Answer::File("application/pdf", PDF.to_vec());
    let program = Answer::File("image/jpeg", b"MZ\x90\0 not a picture".to_vec());
    let astray = Answer::Elsewhere("http://localhost:1/secrets".to_owned());
    stack.provider.plan("/file/bot", vec![page, program, astray]);
    document(&stack, 1, "../../in\u{202e}voice.pdf", "application/pdf").await?;
    let (who, conversation) = accept_first(&mut people).await?;
    stack.settle("select count(*) from attachment where state = 'stored'", 1, PATIENCE).await?;
    document(&stack, 2, "holiday.jpg", "image/jpeg").await?;
    stack.settle("select count(*) from attachment where state = 'refused'", 1, PATIENCE).await?;
    document(&stack, 3, "elsewhere.pdf", "application/pdf").await?;
    stack.settle("select count(*) from attachment where state = 'failed'", 1, PATIENCE).await?;
    let too_big = json!({ "ok": false, "error_code": 400, "description": "Bad Request: file is too big" });
    stack.provider.plan("/getFile", vec![Answer::Say(400, too_big)]);
    document(&stack, 4, "film.mp4", "video/mp4").await?;
    stack.settle("select count(*) from attachment where state = 'failed'", 2, PATIENCE).await?;

    let agent = &people[who].0;
    let good = files(agent, &conversation, "../../in\u{202e}voice.pdf").await?.remove(0);
    let known = json!({ "kind": good["kind"], "name": good["name"], "contentType": good["contentType"],
                        "sizeBytes": good["sizeBytes"], "state": good["state"], "reason": good["reason"] });
    let wanted = json!({ "kind": "document", "name": "invoice.pdf", "contentType": "application/pdf",
                         "sizeBytes": PDF.len().to_string(), "state": "STORED", "reason": "" });
    assert_eq!(known, wanted);
    let refused = files(agent, &conversation, "holiday.jpg").await?.remove(0);
    assert_eq!((&refused["state"], &refused["url"]), (&json!("REFUSED"), &Value::Null));
    ensure!(refused["reason"].to_string().contains("programs"), "{refused}");
    let strayed = files(agent, &conversation, "elsewhere.pdf").await?.remove(0);
    ensure!(strayed["reason"].to_string().contains("not the provider's"), "{strayed}");
    let large = files(agent, &conversation, "film.mp4").await?.remove(0);
    ensure!(large["reason"].to_string().contains("too big"), "{large}");
    assert_eq!(stack.count("select count(*) from attachment where source <> 'null'").await?, 0, "keys stay nowhere");

    // Anybody with the link, nobody without, and nothing in it can run.
    let (http, url) = (reqwest_client(), good["url"].as_str().context("a link")?);
    let got = http.get(url).send().await?;
    assert_eq!(got.status(), 200);
    let header = |name: &str| got.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!(header("content-type"), "application/pdf");
    assert_eq!(header("x-content-type-options"), "nosniff");
    ensure!(header("content-security-policy").contains("sandbox"), "the file is not in a sandbox");
    assert_eq!(header("content-disposition"), "inline; filename*=UTF-8''invoice.pdf");
    assert_eq!(got.bytes().await?, PDF);
    let end = url.len() - 6;
    let forged = format!("{}{}", &url[..end], if url.ends_with("AAAAAA") { "BBBBBB" } else { "AAAAAA" });
    for wrong in [forged.as_str(), &format!("{}/files/x", stack.base)] {
        assert_eq!(http.get(wrong).send().await?.status(), 404, "{wrong}");
    }
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_of_a_mail_come_out_of_the_mail() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let mut people = both_sites(&stack).await?;
    let mail = "From: Ida <ida@example.org>\r\nTo: help@demo.example\r\nMessage-ID: <m1@example.org>\r\n\
        Subject: A picture\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/plain\r\n\r\nsee the picture\r\n\
        --b\r\nContent-Type: text/plain; name=notes.txt\r\nContent-Disposition: attachment; filename=notes.txt\r\n\r\nfirst\r\n\
        --b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=kettle.png\r\n\
        Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgowMDAwSUhEUiBhbmQgc28gb24=\r\n--b--\r\n";
    let token = Stack::secret("email inbound_token");
    let post = reqwest_client().post(stack.hook(ChannelKind::Email)?).bearer_auth(token).body(mail);
    assert_eq!(post.send().await?.status(), 200);
    let (who, conversation) = accept_first(&mut people).await?;
    stack.settle("select count(*) from attachment where state = 'stored'", 2, PATIENCE).await?;
    let found = files(&people[who].0, &conversation, "see the picture").await?;
    let told: Vec<(&str, &str)> =
        found.iter().filter_map(|f| Some((f["name"].as_str()?, f["contentType"].as_str()?))).collect();
    assert_eq!(told, [("notes.txt", "text/plain"), ("kettle.png", "image/png")], "as their bytes say");
    let url = found[1]["url"].as_str().context("a link")?;
    assert_eq!(reqwest_client().get(url).send().await?.bytes().await?, PNG);
    stack.finish().await
}

/// Uploads a file; the status and what was answered.
async fn upload(stack: &Stack, token: Option<&str>, name: &str, bytes: &[u8]) -> Result<(u16, Value)> {
    let mut post = reqwest_client().post(format!("{}/v1/uploads?name={name}", stack.base)).body(bytes.to_vec());
    if let Some(token) = token {
        post = post.bearer_auth(token);
    }
    let answer = post.send().await?;
    Ok((answer.status().as_u16(), answer.json().await.unwrap_or_default()))
}

const SEND: &str = "mutation($c: ID!, $t: String!, $a: [ID!]!) { messageSend(input: { conversationId: $c, text: $t, attachmentIds: $a }) {
    item { id attachments { name state } } userErrors { code message } } }";

/// An agent answers a text of a customer on a channel with a picture.
async fn answered_with_a_picture(kind: ChannelKind, before: Option<&'static str>) -> Result<(Stack, Value)> {
    let number = 7;
    let stack = Stack::start().await?.context("servers")?;
    let mut people = both_sites(&stack).await?;
    let secret = |name: &str| Stack::secret(&format!("{kind} {name}"));
    if kind == ChannelKind::WhatsApp {
        let whatsapp = stack.whatsapp()?;
        let text = whatsapp.text("4477009031", "Ida", &format!("wamid.in{number}"), "hello", unix());
        whatsapp.post(&reqwest_client(), &text).await?;
    } else {
        let said = Text { from: "4477009031", number, text: "hello", unix: unix() };
        senders::text(kind, &stack.hook(kind)?, &secret, said)?.post(&reqwest_client()).await?;
    }
    let (who, conversation) = accept_first(&mut people).await?;
    let agent = people[who].0.clone();
    assert_eq!(upload(&stack, None, "a.png", PNG).await?.0, 401);
    let (status, program) = upload(&stack, Some(&agent.token), "run.exe", b"MZ\x90\0").await?;
    ensure!(status == 422 && program["detail"].to_string().contains("programs"), "{program}");
    let (status, made) = upload(&stack, Some(&agent.token), "kettle.png", PNG).await?;
    assert_eq!((status, &made["contentType"]), (201, &json!("image/png")), "{made}");
    if let Some(sql) = before {
        stack.sql(sql).await?;
    }
    let send = |text: &str| json!({ "c": conversation, "t": text, "a": [made["id"]] });
    let sent = agent.query(SEND, send("Like this one?")).await?;
    if sent["messageSend"]["item"].is_object() {
        assert_eq!(sent["messageSend"]["item"]["attachments"], json!([{ "name": "kettle.png", "state": "STORED" }]));
        let again = agent.query(SEND, send("And again")).await?;
        ensure!(again["messageSend"]["userErrors"][0]["message"].to_string().contains("upload it again"), "{again}");
        stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
    }
    Ok((stack, sent))
}

fn holds(body: &[u8], part: &[u8]) -> bool {
    body.windows(part.len()).any(|window| window == part)
}

/// The picture arrives at the provider as a form with its bytes and its name.
async fn arrives(kind: ChannelKind, at: &str, texts: &str) -> Result<()> {
    if meridian_testkit::urls().is_none() {
        return Ok(());
    }
    let (stack, sent) = answered_with_a_picture(kind, None).await?;
    ensure!(sent["messageSend"]["item"].is_object(), "{sent}");
    let forms: Vec<_> = stack.provider.seen(at).into_iter().filter(|post| holds(&post.body, PNG)).collect();
    ensure!(forms.len() == 1, "{} forms with the picture at {at}", forms.len());
    ensure!(holds(&forms[0].body, b"filename=\"kettle.png\"\r\ncontent-type: image/png"), "the name is lost");
    ensure!(forms[0].header("content-type").is_some_and(|kind| kind.starts_with("multipart/form-data; boundary=")));
    let said = stack.provider.seen(texts);
    ensure!(said.iter().any(|post| holds(&post.body, b"Like this one?")), "the text did not go out");
    let external =
        stack.texts("select external_id from item_external e join delivery d using (tenant_id, item_id)").await?;
    ensure!(external.len() == 2, "one message with two names: {external:?}");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_goes_out_by_telegram() -> Result<()> {
    arrives(ChannelKind::Telegram, "/sendPhoto", "/sendMessage").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_goes_out_by_messenger() -> Result<()> {
    arrives(ChannelKind::Messenger, "/me/messages", "/me/messages").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_goes_out_by_whatsapp() -> Result<()> {
    arrives(ChannelKind::WhatsApp, "/100200300/media", "/100200300/messages").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_a_channel_does_not_take_is_refused_before_anything_is_stored() -> Result<()> {
    if meridian_testkit::urls().is_none() {
        return Ok(());
    }
    let larger = "update attachment set size = 17 * 1024 * 1024";
    let (stack, sent) = answered_with_a_picture(ChannelKind::WhatsApp, Some(larger)).await?;
    let error = &sent["messageSend"]["userErrors"][0];
    assert_eq!(error["code"], "INVALID", "{sent}");
    ensure!(error["message"].to_string().contains("whatsapp takes at most 16 MiB"), "{error}");
    assert_eq!(stack.count("select count(*) from delivery").await?, 0);
    stack.finish().await
}
