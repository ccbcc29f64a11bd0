//! A visitor writes in the chat and sees the answer on their own socket.

use super::{PATIENCE, accept_first, both_sites, identity::until, main_job::reqwest_client, unix};
use anyhow::{Context, Result};
use meridian_domain::channel::ChannelKind;
use meridian_lab::{
    agent::{Agent, Socket},
    customer::site_token,
};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_and_an_agent_talk() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let http = reqwest_client();
    let mut people = both_sites(&stack).await?;
    let account = stack.demo.accounts.iter().find(|(kind, _)| *kind == ChannelKind::WebChat).context("account")?.1;
    let opened: Value = http.post(format!("{}/chat/{account}/sessions", stack.base)).send().await?.json().await?;
    let token = opened["token"].as_str().context("token")?.to_owned();
    let say = async |token: &str, id: &str, text: &str| -> Result<u16> {
        let body = json!({ "client_id": id, "text": text });
        Ok(http
            .post(format!("{}/chat/messages", stack.base))
            .bearer_auth(token)
            .json(&body)
            .send()
            .await?
            .status()
            .as_u16())
    };
    let first = "00000000-0000-4000-8000-000000000001";
    assert_eq!(say(&token, first, "Is the shop open?").await?, 202);
    assert_eq!(say(&token, first, "Is the shop open?").await?, 202, "the same message again");
    assert_eq!(say(&token, first, " ").await?, 422);
    assert_eq!(say(&people[0].0.token, first, "hi").await?, 401, "an agent's token is no visitor's");
    let (who, conversation) = accept_first(&mut people).await?;
    let mut socket = Socket::open(&stack.base).await?;
    socket.say(&json!({ "type": "connection_init", "payload": { "authorization": token } })).await?;
    socket.until(PATIENCE, |m| (m["type"] == "connection_ack").then_some(())).await?;
    let follow = "subscription { visitor { cursor change { __typename ... on ItemChange { item { text actor { kind } attachments { name url } } } } } }";
    socket.subscribe("v", follow, json!({})).await?;
    socket
        .until(PATIENCE, |m| (m["payload"]["data"]["visitor"]["change"]["__typename"] == "Ready").then_some(()))
        .await?;
    let note =
        "mutation($c: ID!) { noteAdd(input: { conversationId: $c, text: \"a colleague's note\" }) { item { id } } }";
    people[who].0.query(note, json!({ "c": conversation })).await?;
    let send = "mutation($c: ID!) { messageSend(input: { conversationId: $c, text: \"Until eight.\" }) { item { id } userErrors { message } } }";
    people[who].0.query(send, json!({ "c": conversation })).await?;
    let heard = |m: &Value| m["payload"]["data"]["visitor"]["change"]["item"]["text"].as_str().map(str::to_owned);
    assert_eq!(socket.until(PATIENCE, heard).await?, "Is the shop open?", "what was said before comes first");
    assert_eq!(socket.until(PATIENCE, heard).await?, "Until eight.", "the note is not for visitors");
    // A file comes with its address, good without signing in.
    let upload = http.post(format!("{}/v1/uploads?name=list.txt", stack.base)).bearer_auth(&people[who].0.token);
    let kept: Value = upload.body("kettles, cups").send().await?.json().await?;
    let with = "mutation($c: ID!, $f: [ID!]!) { messageSend(input: { conversationId: $c, attachmentIds: $f }) { userErrors { message } } }";
    let sent = people[who].0.query(with, json!({ "c": conversation, "f": [kept["id"]] })).await?;
    assert_eq!(sent["messageSend"]["userErrors"], json!([]), "{sent}");
    let linked = |m: &Value| {
        m["payload"]["data"]["visitor"]["change"]["item"]["attachments"][0]["url"].as_str().map(str::to_owned)
    };
    let link = socket.until(PATIENCE, linked).await?;
    assert_eq!(http.get(link).send().await?.text().await?, "kettles, cups");
    shows(&stack, &token, &people[who].0, &conversation).await?;
    // A page without a cursor gets all of it, once.
    let mut fresh = Socket::open(&stack.base).await?;
    fresh.say(&json!({ "type": "connection_init", "payload": { "authorization": token } })).await?;
    fresh.subscribe("v", follow, json!({})).await?;
    assert_eq!(fresh.until(PATIENCE, heard).await?, "Is the shop open?");
    assert_eq!(fresh.until(PATIENCE, heard).await?, "Until eight.");
    // A visitor's token opens nothing else.
    socket.subscribe("x", "{ conversations(view: OPEN) { nodes { id } } }", json!({})).await?;
    let refused = socket.until(PATIENCE, |m| (m["id"] == "x").then(|| m.clone())).await?;
    assert_eq!(refused["payload"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    stack.settle("select count(*) from timeline_item where actor_kind = 'customer'", 2, PATIENCE).await?;
    stack.finish().await
}

/// At night nobody is there: a visitor knows until when, and says where they are reached, which proves nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_at_night_leaves_an_address() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let http = reqwest_client();
    let account = stack.demo.accounts.iter().find(|(kind, _)| *kind == ChannelKind::WebChat).context("account")?.1;
    let hours = async || -> Result<Value> {
        Ok(http.get(format!("{}/chat/{account}", stack.base)).send().await?.json().await?)
    };
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    assert_eq!(hours().await?, json!({ "open": true, "opens_at": null }));
    stack.sql("delete from site_shift").await?;
    assert_eq!(hours().await?, json!({ "open": false, "opens_at": null }));
    stack
        .sql(
            "insert into site_exception (tenant_id, site_id, day, starts_minute, ends_minute)
               select tenant_id, id, ((now() at time zone time_zone)::date + 2), 540, 600 from site",
        )
        .await?;
    let back = hours().await?;
    assert!(back["opens_at"].as_str().is_some(), "{back}");
    let whatsapp = stack.demo.accounts.iter().find(|(kind, _)| *kind == ChannelKind::WhatsApp).context("account")?.1;
    assert_eq!(http.get(format!("{}/chat/{whatsapp}", stack.base)).send().await?.status(), 404);

    let opened: Value = http.post(format!("{}/chat/{account}/sessions", stack.base)).send().await?.json().await?;
    let said =
        json!({ "client_id": "00000000-0000-4000-8000-000000000081", "text": "Call me", "email": "Ida@Example.org" });
    let post =
        http.post(format!("{}/chat/messages", stack.base)).bearer_auth(opened["token"].as_str().context("token")?);
    assert_eq!(post.json(&said).send().await?.status(), 202);
    let claimed = "select count(*) from customer_identity where scheme = 'email' and value = 'ida@example.org' and verified = 'claimed'";
    stack.settle(claimed, 1, PATIENCE).await?;
    stack.finish().await
}

/// The visitor shows a file, twice by accident, and the agent has it; programs and others' words are refused.
async fn shows(stack: &Stack, token: &str, agent: &Agent, conversation: &str) -> Result<()> {
    let http = reqwest_client();
    let post = async |token: &str, query: &str, body: &'static str| -> Result<(u16, Value)> {
        let url = format!("{}/chat/files?{query}", stack.base);
        let answer = http.post(url).bearer_auth(token).header("content-type", "text/csv").body(body).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    };
    let bill = "client_id=00000000-0000-4000-8000-000000000002&name=bill.csv";
    assert_eq!(post(token, bill, "kettle,39").await?.0, 202);
    assert_eq!(post(token, bill, "kettle,39").await?.0, 202, "the same file again");
    assert_eq!(post(&agent.token, bill, "kettle,39").await?.0, 401, "an agent's token is no visitor's");
    assert_eq!(post(token, "name=bill.csv", "kettle,39").await?.1["type"], "urn:meridian:invalid");
    let program = "client_id=00000000-0000-4000-8000-000000000003&name=bill.exe";
    assert_eq!(post(token, program, "MZ").await?.0, 422);
    let mut last = 0;
    for _ in 0..10 {
        last = post(token, bill, "kettle,39").await?.0;
    }
    assert_eq!(last, 429, "ten files a minute");
    stack
        .settle("select count(*) from attachment where account_id is not null and state = 'stored'", 1, PATIENCE)
        .await?;
    let shown = "query($c: ID!) { conversation(id: $c) { timeline(first: 50) { nodes {
        attachments { name kind contentType sizeBytes state url } } } } }";
    let shown = agent.query(shown, json!({ "c": conversation })).await?;
    let nodes = shown["conversation"]["timeline"]["nodes"].as_array().context("nodes")?;
    let file =
        nodes.iter().map(|node| &node["attachments"][0]).find(|file| file["name"] == "bill.csv").context("file")?;
    assert_eq!(
        (&file["contentType"], &file["sizeBytes"], &file["state"]),
        (&json!("text/csv"), &json!("9"), &json!("STORED"))
    );
    assert_eq!(http.get(file["url"].as_str().context("url")?).send().await?.text().await?, "kettle,39");
    Ok(())
}

/// An anonymous visitor signs in at the site: they stay the visitor they were, and are the customer the tenant knows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_says_who_its_visitor_is() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let http = reqwest_client();
    let people = both_sites(&stack).await?;
    let account = stack.demo.accounts.iter().find(|(kind, _)| *kind == ChannelKind::WebChat).context("account")?.1;
    let secret = Stack::secret("webchat identity_secret");
    let hour = unix() + 3600;
    let claims = |sub: &str, exp: i64, aud: &str| json!({ "sub": sub, "exp": exp, "aud": aud, "email": "ida@example.org", "name": "Ida Berg" });
    let open = async |identity: Option<&str>, before: Option<&str>| -> Result<(u16, Value)> {
        let mut post = http.post(format!("{}/chat/{account}/sessions", stack.base));
        if let Some(before) = before {
            post = post.bearer_auth(before);
        }
        let answer = match identity {
            Some(identity) => post.json(&json!({ "identity": identity })).send().await?,
            None => post.send().await?,
        };
        Ok((answer.status().as_u16(), answer.json().await?))
    };
    let say = async |opened: &Value, n: u8, text: &str| -> Result<()> {
        let body = json!({ "client_id": format!("00000000-0000-4000-8000-0000000000{n:02}"), "text": text });
        let post =
            http.post(format!("{}/chat/messages", stack.base)).bearer_auth(opened["token"].as_str().context("token")?);
        assert_eq!(post.json(&body).send().await?.status(), 202);
        Ok(())
    };
    let (_, anonymous) = open(None, None).await?;
    assert_eq!(anonymous["known"], false);
    say(&anonymous, 71, "Do you ship to Oslo?").await?;
    let aud = account.to_string();
    for (token, why) in [
        (site_token("another secret", &claims("C-7", hour, &aud))?, "another secret"),
        (site_token(&secret, &claims("C-7", hour, "cha_other"))?, "another account"),
        (site_token(&secret, &claims("C-7", hour - 7200, &aud))?, "over"),
        (site_token(&secret, &claims("C-7", hour + 48 * 3600, &aud))?, "too long"),
        (site_token(&secret, &claims(" ", hour, &aud))?, "nobody"),
    ] {
        assert_eq!(open(Some(&token), None).await?.0, 401, "{why}");
    }
    let ida = site_token(&secret, &claims("C-7", hour, &aud))?;
    let before = anonymous["token"].as_str().context("token")?;
    let (status, known) = open(Some(&ida), Some(before)).await?;
    assert_eq!((status, &known["known"], &known["visitor"]), (201, &json!(true), &anonymous["visitor"]), "{known}");
    say(&known, 72, "I am signed in now").await?;
    // Somebody else at the same browser is another visitor, and so is nobody.
    let token = known["token"].as_str().context("token")?;
    let kim = site_token(&secret, &claims("C-8", hour, &aud))?;
    for identity in [Some(kim.as_str()), None] {
        assert_ne!(open(identity, Some(token)).await?.1["visitor"], known["visitor"]);
    }
    // Who kept the token of before is not necessarily her.
    let late = json!({ "client_id": "00000000-0000-4000-8000-000000000074", "text": "It is me" });
    stack
        .settle("select count(*) from customer_identity where verified = 'token' and scheme = 'crm_id'", 1, PATIENCE)
        .await?;
    let post = http.post(format!("{}/chat/messages", stack.base)).bearer_auth(before).json(&late);
    assert_eq!(post.send().await?.status(), 401);
    assert_ne!(open(None, Some(before)).await?.1["visitor"], known["visitor"]);
    // On another device she is the same customer.
    let (_, elsewhere) = open(Some(&ida), None).await?;
    assert_ne!(elsewhere["visitor"], known["visitor"]);
    say(&elsewhere, 73, "From my phone").await?;
    let find = "query($s: String!) { customers(search: $s) { id name identities { scheme value verified } timeline(first: 50) { nodes { text } } } }";
    let texts = |found: &Value| -> Vec<String> {
        let nodes = found["customers"][0]["timeline"]["nodes"].as_array().cloned().unwrap_or_default();
        nodes.iter().rev().filter_map(|item| item["text"].as_str().map(str::to_owned)).collect()
    };
    let all = ["Do you ship to Oslo?", "I am signed in now", "From my phone"];
    let found = until(&people[0].0, find, json!({ "s": "C-7" }), |found| texts(found) == all).await?;
    let ids = found["customers"][0]["identities"].as_array().context("identities")?;
    for scheme in ["crm_id", "email"] {
        assert!(ids.iter().any(|id| id["scheme"] == scheme && id["verified"] == "token"), "{scheme}: {found}");
    }
    assert_eq!(found["customers"][0]["name"], "Ida Berg", "{found}");
    stack.finish().await
}

/// A visitor who would rather have a person than the bot gets one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_asks_for_a_person() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    stack.sql("update channel_account set bot_id = (select id from bot limit 1) where kind = 'webchat'").await?;
    let http = reqwest_client();
    let mut people = both_sites(&stack).await?;
    let account = stack.demo.accounts.iter().find(|(kind, _)| *kind == ChannelKind::WebChat).context("account")?.1;
    let opened: Value = http.post(format!("{}/chat/{account}/sessions", stack.base)).send().await?.json().await?;
    let token = opened["token"].as_str().context("token")?;
    let ask = async |token: &str| -> Result<(u16, Value)> {
        let answer = http.post(format!("{}/chat/person", stack.base)).bearer_auth(token).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    };
    assert_eq!(ask("nobody").await?.0, 401);
    assert_eq!(ask(token).await?.0, 404, "nothing was said yet");
    let body = json!({ "client_id": "00000000-0000-4000-8000-000000000081", "text": "Are you a robot?" });
    let post = http.post(format!("{}/chat/messages", stack.base)).bearer_auth(token).json(&body);
    assert_eq!(post.send().await?.status(), 202);
    stack.settle("select count(*) from session where control = 'bot'", 1, PATIENCE).await?;
    assert_eq!(ask(token).await?, (202, json!({ "taken": true })));
    assert_eq!(ask(token).await?, (202, json!({ "taken": false })), "asked twice is asked once");
    let (who, conversation) = accept_first(&mut people).await?;
    let query = "query($c: ID!) { conversation(id: $c) { owner handoffs { request } } }";
    let found = people[who].0.query(query, json!({ "c": conversation })).await?;
    assert_eq!(found["conversation"]["owner"], "AGENT", "{found}");
    assert_eq!(found["conversation"]["handoffs"][0]["request"]["reason"]["code"], "requested", "{found}");
    stack.finish().await
}

/// The sites of a web chat show its frame; others do not. What a page says of a visitor is kept as far as it is text.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sites_that_are_listed_show_the_chat() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let http = reqwest_client();
    let account = stack.demo.accounts.iter().find(|(kind, _)| *kind == ChannelKind::WebChat).context("account")?.1;
    stack
        .sql(
            "update channel_account set settings = settings || '{\"origins\": [\"https://shop.example/\", \"https://x;y\"]}'
             where kind = 'webchat'",
        )
        .await?;
    // An opened account is trusted for two seconds.
    tokio::time::sleep(Duration::from_millis(2100)).await;
    let open = async |origin: &str| -> Result<u16> {
        let post = http.post(format!("{}/chat/{account}/sessions", stack.base)).header("origin", origin);
        Ok(post.send().await?.status().as_u16())
    };
    assert_eq!(open("https://shop.example").await?, 201, "its page may speak for itself");
    assert_eq!(open("https://other.example").await?, 403);
    assert_eq!(open(&stack.base).await?, 201, "the frame is ours, whoever shows it");
    let page = async |query: &str| http.get(format!("{}/widget/index.html{query}", stack.base)).send().await;
    let shown = page(&format!("?account={account}")).await?;
    // Without Node.js there is no page that could be framed.
    if shown.status() == 200 {
        let policy = shown.headers()["content-security-policy"].to_str()?;
        assert!(policy.ends_with("frame-ancestors 'self' https://shop.example"), "{policy}");
        let policy = page("").await?.headers()["content-security-policy"].to_str()?.to_owned();
        assert!(policy.ends_with("frame-ancestors 'self'"), "{policy}");
    }
    assert_eq!(page("?account=cha_none").await?.status(), 404);
    // A page that sends what no text is harms nobody: what can be kept is.
    let opened: Value = http.post(format!("{}/chat/{account}/sessions", stack.base)).send().await?.json().await?;
    let token = opened["token"].as_str().context("token")?;
    let body = json!({ "client_id": "00000000-0000-4000-8000-000000000091", "text": "hi\0", "name": "Ida\0 Berg",
                       "locale": "en\0", "email": "\0" });
    let post = http.post(format!("{}/chat/messages", stack.base)).bearer_auth(token).json(&body);
    assert_eq!(post.send().await?.status(), 202);
    let file =
        format!("{}/chat/files?client_id=00000000-0000-4000-8000-000000000092&name=a.txt&locale=%00", stack.base);
    assert_eq!(http.post(file).bearer_auth(token).body("a list").send().await?.status(), 202);
    stack.settle("select count(*) from timeline_item where actor_kind = 'customer'", 2, PATIENCE).await?;
    assert_eq!(stack.texts("select name from customer where name <> ''").await?, ["Ida Berg"]);
    stack.finish().await
}
