//! The contract as clients meet it: refusals before execution, resumed subscriptions, the socket protocol, refresh tokens.

use super::{INBOX, PATIENCE, main_job::reqwest_client, on_duty, unix};
use anyhow::{Context, Result, ensure};
use meridian_lab::agent::{Agent, Socket};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn costly_and_malformed_requests_are_refused_before_anything_runs() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let agent = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    let code = |answer: Value| answer["errors"][0]["extensions"]["code"].as_str().unwrap_or("none").to_owned();
    let conversations = "conversations(view: OPEN, first: 100) { nodes { timeline(first: 100) { nodes { id } } } }";
    assert_eq!(code(agent.send(&format!("{{ {conversations} }}"), json!({})).await?), "QUERY_TOO_COSTLY");
    let nested = format!(
        "{{ conversations(view: OPEN, first: 1) {{ nodes {{ {}id{} }} }} }}",
        "customer { conversations(first: 1) { nodes { ".repeat(6),
        " } } }".repeat(6)
    );
    assert_eq!(code(agent.send(&nested, json!({})).await?), "QUERY_TOO_COSTLY");
    let aliases = (0..40).map(|n| format!("a{n}: viewer {{ workspace }}")).collect::<Vec<_>>().join(" ");
    assert_eq!(code(agent.send(&format!("{{ {aliases} }}"), json!({})).await?), "QUERY_TOO_COSTLY");
    assert_eq!(code(agent.send("{ viewer", json!({})).await?), "BAD_USER_INPUT");
    assert_eq!(
        code(agent.send("{ conversations(view: OPEN, first: 101) { nodes { id } } }", json!({})).await?),
        "BAD_USER_INPUT"
    );
    assert_eq!(
        code(agent.send("{ conversation(id: \"cus_00000000000000000000000000000000\") { id } }", json!({})).await?),
        "BAD_USER_INPUT"
    );
    // Deeper than the parser's stack bears; nobody has to sign in to send it.
    for deep in ["{a".repeat(30_000), format!("{{ a(b: {}", "[".repeat(60_000))] {
        assert_eq!(code(agent.send(&deep, json!({})).await?), "QUERY_TOO_COSTLY");
    }
    let http = reqwest_client();
    let url = format!("{}/graphql", stack.base);
    assert_eq!(http.get(format!("{url}?query={}", "{a".repeat(15_000))).send().await?.status(), 401);
    let status = |response: meridian_lab::reqwest::Response| response.status().as_u16();
    assert_eq!(
        status(http.get(format!("{url}?query=mutation{{signOut}}")).bearer_auth(&agent.token).send().await?),
        405
    );
    let simple = http.post(&url).bearer_auth(&agent.token).header("content-type", "text/plain").body("{}");
    assert_eq!(status(simple.send().await?), 415);
    assert_eq!(status(http.post(&url).json(&json!({ "query": "{ viewer { workspace } }" })).send().await?), 401);
    assert_eq!(status(http.post(&url).json(&json!({ "query": 7 })).bearer_auth(&agent.token).send().await?), 400);
    assert_eq!(
        status(http.post(format!("{}/hooks/whatsapp/cha_00000000000000000000000000000000", stack.base)).send().await?),
        404
    );
    stack.finish().await
}

/// The same key with the same document gives the first answer; each field of a document has its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idempotency_key_has_one_effect_in_each_field() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let sam = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    whatsapp.post(&http, &whatsapp.text("447700900601", "Uma", "wamid.k0", "zero", unix())).await?;
    stack.settle("select count(*) from conversation", 1, PATIENCE).await?;
    let found = sam.query("{ conversations(view: OPEN, first: 1) { nodes { id } } }", json!({})).await?;
    let conversation = &found["conversations"]["nodes"][0]["id"];
    let add = async |key: &str, text: &str| -> Result<(u16, Value)> {
        let note = "noteAdd(input: { conversationId: $c, text: $t }) { item { id } userErrors { message } }";
        let body = json!({ "query": format!("mutation($c: ID!, $t: String!) {{ a: {note} b: {note} }}"),
                           "variables": { "c": conversation, "t": text } });
        let post = http.post(format!("{}/graphql", stack.base)).bearer_auth(&sam.token).json(&body);
        let answer = post.header("idempotency-key", key).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    };
    let (status, first) = add("one", "Called back").await?;
    assert_eq!(status, 200, "{first}");
    ensure!(first["data"]["a"]["item"]["id"] != first["data"]["b"]["item"]["id"], "{first}");
    let (_, again) = add("one", "Called back").await?;
    assert_eq!(again["data"], first["data"]);
    let (_, other) = add("one", "Something else").await?;
    assert_eq!(other["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{other}");
    for key in ["", &"x".repeat(201), "schl\u{fc}ssel"] {
        let (_, refused) = add(key, "Called back").await?;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{key}: {refused}");
    }
    stack.settle("select count(*) from timeline_item where kind = 'note'", 2, PATIENCE).await?;
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_goes_on_where_it_stopped_and_misses_nothing() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let sam = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    whatsapp.post(&http, &whatsapp.text("447700900600", "Uma", "wamid.r0", "zero", unix())).await?;
    stack
        .settle("select count(*) from timeline_item where kind = 'message' and actor_kind = 'customer'", 1, PATIENCE)
        .await?;
    let open = sam.query("{ conversations(view: OPEN) { nodes { id } } }", json!({})).await?;
    let id = open["conversations"]["nodes"][0]["id"].clone();
    let follow = "subscription($id: ID!, $after: String) { conversation(id: $id, resumeAfter: $after) { cursor change { __typename ... on ItemChange { item { text kind } } } } }";
    let event = |m: &Value| Some(m["payload"]["data"]["conversation"].clone()).filter(Value::is_object);
    let mut socket = sam.connect().await?;
    socket.subscribe("c", follow, json!({ "id": id })).await?;
    let cursor = socket.until(PATIENCE, event).await?["cursor"].clone();
    drop(socket);
    // Twenty messages and a flushed Redis while nobody listens.
    for n in 1..=20 {
        whatsapp
            .post(&http, &whatsapp.text("447700900600", "Uma", &format!("wamid.r{n}"), &format!("m{n}"), unix()))
            .await?;
    }
    let mut socket = sam.connect().await?;
    socket.subscribe("c", follow, json!({ "id": id, "after": cursor })).await?;
    let mut heard = Vec::new();
    while heard.len() < 20 {
        let event = socket.until(PATIENCE, event).await?;
        let item = &event["change"]["item"];
        if item["kind"] == "message"
            && let Some(text) = item["text"].as_str().filter(|text| text.starts_with('m'))
        {
            heard.push(text.to_owned());
        }
    }
    let wanted: Vec<String> = (1..=20).map(|n| format!("m{n}")).collect();
    assert_eq!(heard, wanted, "each once, in the order of the timeline");
    socket.subscribe("old", follow, json!({ "id": id, "after": "bjkwMDAwMDAwMDAwMDAwMDAw" })).await?;
    let resync =
        |m: &Value| (m["id"] == "old").then(|| m["payload"]["data"]["conversation"]["change"]["__typename"].clone());
    assert_eq!(socket.until(PATIENCE, resync).await?, "Resync");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sockets_keep_to_the_protocol() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let closes = async |say: Vec<Value>| -> Result<String> {
        let mut socket = Socket::open(&stack.base).await?;
        for message in say {
            socket.say(&message).await?;
        }
        loop {
            if let Err(error) = socket.next(Duration::from_secs(6)).await {
                return Ok(error.to_string());
            }
        }
    };
    let agent = Agent::sign_in(&stack.base, "demo", "ana@demo.example", &stack.demo.password).await?;
    let init = json!({ "type": "connection_init", "payload": { "authorization": agent.token } });
    let subscribe = json!({ "id": "1", "type": "subscribe", "payload": { "query": INBOX } });
    assert_eq!(closes(vec![]).await?, "closed 4408");
    assert_eq!(closes(vec![subscribe.clone()]).await?, "closed 4401");
    assert_eq!(closes(vec![json!({ "type": "connection_init" })]).await?, "closed 4403");
    assert_eq!(
        closes(vec![json!({ "type": "connection_init", "payload": { "authorization": "x.y.z" } })]).await?,
        "closed 4403"
    );
    assert_eq!(closes(vec![init.clone(), init.clone()]).await?, "closed 4429");
    assert_eq!(closes(vec![init.clone(), subscribe.clone(), subscribe]).await?, "closed 4409");
    assert_eq!(closes(vec![json!({ "type": "dance" })]).await?, "closed 4400");
    assert_eq!(closes(vec![json!([1])]).await?, "closed 4400");
    let mut socket = agent.connect().await?;
    socket.say(&json!({ "type": "ping" })).await?;
    assert_eq!(socket.next(PATIENCE).await?["type"], "pong");
    socket.subscribe("q", "{ viewer { agent { name } } }", json!({})).await?;
    assert_eq!(socket.next(PATIENCE).await?["payload"]["data"]["viewer"]["agent"]["name"], "Ana Duarte");
    assert_eq!(socket.next(PATIENCE).await?["type"], "complete");
    socket.subscribe("bad", "subscription { nothing }", json!({})).await?;
    assert_eq!(socket.next(PATIENCE).await?["type"], "error");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_refresh_token_ends_the_sign_in_and_the_one_before_is_answered_again() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (ana, mut socket) = on_duty(&stack, "ana").await?;
    let http = reqwest_client();
    let refresh = async |token: &str| -> Result<(u16, Value)> {
        let answer =
            http.post(format!("{}/auth/refresh", stack.base)).json(&json!({ "refresh_token": token })).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    };
    let (status, next) = refresh(&ana.refresh_token).await?;
    assert_eq!(status, 200);
    let newer = next["refresh_token"].as_str().context("token")?;
    ensure!(newer != ana.refresh_token, "a token is good for ever");
    // The answer was lost, or the tab was duplicated: the same token once more, and both go on from it.
    let (status, again) = refresh(&ana.refresh_token).await?;
    assert_eq!((status, &again["refresh_token"]), (200, &next["refresh_token"]), "{again}");
    let (status, next) = refresh(newer).await?;
    assert_eq!(status, 200);
    let newest = next["refresh_token"].as_str().context("token")?;
    // Too late for that, as for any that is older.
    stack.sql("update sign_in set rotated_at = rotated_at - interval '2 minutes'").await?;
    assert_eq!(refresh(newer).await?.0, 401, "used before");
    assert_eq!(refresh(newest).await?.0, 401, "the whole sign-in is gone");
    let closed = loop {
        if let Err(error) = socket.next(PATIENCE).await {
            break error.to_string();
        }
    };
    assert_eq!(closed, "closed 4403");
    let wrong = async |workspace: &str, email: &str| -> Result<(u16, String)> {
        let body = json!({ "workspace": workspace, "email": email, "password": "not the password" });
        let answer = http.post(format!("{}/auth/sign-in", stack.base)).json(&body).send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    };
    let known = wrong("demo", "ana@demo.example").await?;
    assert_eq!(known, wrong("demo", "nobody@demo.example").await?);
    assert_eq!(known, wrong("nowhere", "ana@demo.example").await?);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_locked_down_and_what_is_no_page_is_missing() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let http = reqwest_client();
    let get = async |path: &str| http.get(format!("{}{path}", stack.base)).send().await;
    let page = get("/conversations/any").await?;
    if page.status() == 200 {
        let policy = page.headers()["content-security-policy"].to_str()?.to_owned();
        ensure!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"), "{policy}");
        let tag = page.headers()["etag"].clone();
        let again = http.get(&stack.base).header("if-none-match", tag).send().await?;
        ensure!(again.status() == 304, "{}", again.status());
        ensure!(get("/widget/demo").await?.status() == 200);
    } else {
        // A build without Node.js says how to get the console.
        ensure!(page.text().await?.contains("npm run build"));
    }
    for path in ["/assets/none.js", "/hooks/none", "/favicon.ico", "/graphql/none", "/widget/../Cargo.toml"] {
        ensure!(get(path).await?.status() == 404, "{path}");
    }
    ensure!(http.post(format!("{}/conversations", stack.base)).send().await?.status() == 404);
    stack.finish().await
}

/// The server audits of graphql-http, the reference auditor of GraphQL over HTTP.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_audits() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/audit");
    if !std::path::Path::new(folder).join("node_modules/graphql-http").exists() {
        ensure!(std::env::var("MERIDIAN_TEST_STRICT").unwrap_or_default().is_empty(), "npm ci in {folder} is missing");
        println!("SKIPPED: no Node.js, or npm ci in tests/audit is missing");
        return stack.finish().await;
    }
    let agent = Agent::sign_in(&stack.base, "demo", "ana@demo.example", &stack.demo.password).await?;
    let url = format!("{}/graphql", stack.base);
    let run = tokio::process::Command::new("node")
        .args(["graphql-http.mjs", &url, &agent.token])
        .current_dir(folder)
        .output()
        .await?;
    let said = String::from_utf8_lossy(&run.stdout);
    ensure!(run.status.success() && said.contains("61 of 61"), "{said}{}", String::from_utf8_lossy(&run.stderr));
    stack.finish().await
}

/// Who knows the password sets another: everything signed in under the old one ends, a new sign-in begins.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_changes_their_password() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (ana, mut socket) = on_duty(&stack, "ana").await?;
    let http = reqwest_client();
    let change = async |email: &str, password: &str, new: &str| -> Result<(u16, Value)> {
        let body = json!({ "workspace": "demo", "email": email, "password": password, "new_password": new });
        let answer = http.post(format!("{}/auth/password", stack.base)).json(&body).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    };
    let (email, old, new) = ("ana@demo.example", "meridian-demo-1", "a much better one");
    for (given, wanted, status, code) in [
        ("not the password", new, 401, "unauthenticated"),
        (old, "short", 422, "weak_password"),
        (old, old, 422, "same_password"),
    ] {
        let (seen, problem) = change(email, given, wanted).await?;
        assert_eq!((seen, &problem["type"]), (status, &json!(format!("urn:meridian:{code}"))), "{problem}");
    }
    ana.query("{ viewer { workspace } }", json!({})).await?;
    let (status, signed_in) = change(email, old, new).await?;
    assert_eq!((status, &signed_in["role"]), (200, &json!("agent")), "{signed_in}");
    let closed = loop {
        if let Err(error) = socket.next(PATIENCE).await {
            break error.to_string();
        }
    };
    assert_eq!(closed, "closed 4403");
    ensure!(ana.query("{ viewer { workspace } }", json!({})).await.is_err(), "the old sign-in stands");
    ensure!(Agent::sign_in(&stack.base, "demo", email, old).await.is_err(), "the old password stands");
    Agent::sign_in(&stack.base, "demo", email, new).await?;
    // The sign-in that came with the change is as good as any.
    let token = signed_in["refresh_token"].as_str().context("token")?;
    let body = json!({ "refresh_token": token });
    let refreshed = http.post(format!("{}/auth/refresh", stack.base)).json(&body).send().await?;
    assert_eq!(refreshed.status().as_u16(), 200);
    assert_eq!(stack.count("select count(*) from audit_entry where action = 'password_changed'").await?, 1);
    stack.finish().await
}
