//! The right person, at once, and undoable.

use super::{PATIENCE, accept_first, both_sites, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_app::setup::demo_webhook_secret;
use meridian_domain::channel::ChannelKind;
use meridian_lab::{agent::Agent, customer};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;

pub(super) const MERGE: &str =
    "mutation($f: ID!, $i: ID!) { customerMerge(input: { fromId: $f, intoId: $i, reason: \"one person\" }) {
    actId customer { id } userErrors { code message } } }";
pub(super) const UNMERGE: &str =
    "mutation($a: ID!, $l: Boolean) { customerUnmerge(input: { actId: $a, reason: \"two people\", andLater: $l }) {
    customer { id } laterMerges { actId fromId intoId } userErrors { code message } } }";
const CONFIRM: &str =
    "mutation($c: ID!, $s: String!, $v: String!) { identityConfirm(input: { customerId: $c, scheme: $s, value: $v }) {
    customer { id } userErrors { code message } } }";
pub(super) const CARD: &str = "query($c: ID!) { customer(id: $c) { id name mergedIntoId
    identities { id scheme value class verified why validTo }
    candidates { id score evidence { field agreement weight } customers { id } }
    conversations(first: 20) { nodes { id } } timeline(first: 100) { nodes { kind text conversationId } } } }";
const REVIEW: &str = "query($s: CandidateState!) { identityReview(state: $s, first: 20) { nodes { id score state
    evidence { field agreement } customers { id name } } } }";

/// Posts an event to a workspace's generic channel.
pub(super) async fn post(stack: &Stack, workspace: &str, url: &str, id: &str, event: &Value) -> Result<()> {
    let body = event.to_string();
    let mut post = reqwest_client().post(url);
    let secret = demo_webhook_secret(workspace, "generic signing_secret");
    for (name, value) in customer::standard_webhook(&secret, id, unix(), &body)? {
        post = post.header(name, value);
    }
    let status = post.body(body).send().await?.status();
    ensure!(status.is_success(), "{}: {id} is answered {status}", stack.base);
    Ok(())
}

/// Somebody on the demo tenant's generic channel.
struct Person<'a> {
    name: &'a str,
    /// `scheme:value`, verified by the channel; claimed with a `?` behind.
    ids: &'a [&'a str],
}

/// A sender with identifiers `scheme:value`, verified by the channel; claimed with a `?` behind.
pub(super) fn person(name: &str, ids: &[&str]) -> Value {
    let id = |text: &&str| {
        let verified = if text.ends_with('?') { "claimed" } else { "channel" };
        let (scheme, value) = text.trim_end_matches('?').split_once(':').unwrap_or_default();
        json!({ "scheme": scheme, "value": value, "verified": verified })
    };
    json!({ "name": name, "ids": ids.iter().map(id).collect::<Vec<_>>() })
}

impl Person<'_> {
    fn sender(&self) -> Value {
        person(self.name, self.ids)
    }

    async fn says(&self, stack: &Stack, id: &str, text: &str) -> Result<()> {
        let event = json!({ "kind": "message", "external_id": id, "sender": self.sender(),
                            "content": { "message_type": "text", "text": text } });
        post(stack, "demo", &stack.hook(ChannelKind::Generic)?, id, &event).await
    }

    async fn rings(&self, stack: &Stack, id: &str) -> Result<()> {
        let event = json!({ "kind": "call", "sender": self.sender(), "detail": { "status": "ringing" } });
        post(stack, "demo", &stack.hook(ChannelKind::Generic)?, id, &event).await
    }
}

pub(super) async fn supervisor(stack: &Stack) -> Result<Agent> {
    Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await
}

/// The customer with this name, as the API calls it.
pub(super) async fn named(agent: &Agent, name: &str) -> Result<String> {
    let found = agent.query("query($s: String!) { customers(search: $s) { id } }", json!({ "s": name })).await?;
    found["customers"][0]["id"].as_str().map(str::to_owned).with_context(|| format!("{name}: {found}"))
}

async fn card(agent: &Agent, customer: &str) -> Result<Value> {
    Ok(agent.query(CARD, json!({ "c": customer })).await?["customer"].clone())
}

fn texts(card: &Value) -> Vec<String> {
    let nodes = card["timeline"]["nodes"].as_array().into_iter().flatten();
    let mut all: Vec<String> = nodes.filter_map(|node| node["text"].as_str().map(str::to_owned)).collect();
    all.sort();
    all
}

/// Waits until an answer is as it should be.
pub(super) async fn until(
    agent: &Agent,
    query: &str,
    variables: Value,
    right: impl Fn(&Value) -> bool,
) -> Result<Value> {
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        let answer = agent.query(query, variables.clone()).await?;
        if right(&answer) {
            return Ok(answer);
        }
        ensure!(tokio::time::Instant::now() < end, "still {answer}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_a_call_and_a_mail_are_one_timeline() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let http = reqwest_client();
    let mut people = both_sites(&stack).await?;
    let account = stack.demo.accounts.iter().find(|(kind, _)| *kind == ChannelKind::WebChat).context("account")?.1;
    let opened: Value = http.post(format!("{}/chat/{account}/sessions", stack.base)).send().await?.json().await?;
    let body = json!({ "client_id": "00000000-0000-4000-8000-000000000051", "text": "Call me on my mobile" });
    let chat =
        http.post(format!("{}/chat/messages", stack.base)).bearer_auth(opened["token"].as_str().context("token")?);
    assert_eq!(chat.json(&body).send().await?.status(), 202);
    let (who, conversation) = accept_first(&mut people).await?;
    let agent = people[who].0.clone();
    let of = "query($c: ID!) { conversation(id: $c) { customer { id } } }";
    let seen = agent.query(of, json!({ "c": conversation })).await?;
    let customer = seen["conversation"]["customer"]["id"].as_str().context("customer")?.to_owned();
    for (scheme, value) in
        [("phone_e164", "07700 900951"), ("phone_e164", "+44 7700 900951"), ("email", "Nora@Example.org")]
    {
        let done = agent.query(CONFIRM, json!({ "c": customer, "s": scheme, "v": value })).await?;
        let known = done["identityConfirm"]["userErrors"] == json!([]);
        ensure!(known != value.starts_with('0'), "a number without country code is no key: {done}");
    }
    Person { name: "Nora Pike", ids: &["phone_e164:+447700900951"] }.rings(&stack, "call-1").await?;
    let mail = "Authentication-Results: mx.example; dmarc=pass header.from=example.org\r\n\
        From: Nora Pike <nora@example.org>\r\nTo: help@demo.example\r\nSubject: As I said\r\nMessage-ID: <n1@example.org>\r\n\r\n\
        As I said on the phone.\r\n";
    let mail = http.post(stack.hook(ChannelKind::Email)?).bearer_auth(Stack::secret("email inbound_token")).body(mail);
    assert_eq!(mail.send().await?.status(), 200);
    stack.settle("select count(*) from session", 3, PATIENCE).await?;
    let card = card(&agent, &customer).await?;
    assert_eq!(card["conversations"]["nodes"].as_array().map(Vec::len), Some(1), "one issue: {card}");
    assert_eq!(card["name"], "Nora Pike");
    let said: String = card["timeline"]["nodes"].to_string();
    ensure!(said.contains("Call me on my mobile") && said.contains("As I said on the phone."), "{said}");
    ensure!(said.contains("\"notice\""), "the call: {said}");
    let phone = card["identities"].as_array().into_iter().flatten().find(|i| i["scheme"] == "phone_e164");
    assert_eq!(phone.map(|i| (&i["class"], &i["verified"])), Some((&json!("MOVABLE"), &json!("agent"))), "{card}");
    ensure!(card["identities"].to_string().contains("same verified phone_e164"), "{card}");
    assert_eq!(stack.count("select count(*) from customer where merged_into is null").await?, 1);
    stack.finish().await
}

/// What a subscription to a conversation tells within two quiet seconds.
async fn heard(agent: &Agent, conversation: &Value, after: Option<Value>) -> Result<Vec<Value>> {
    let live = "subscription($c: ID!, $a: String) { conversation(id: $c, resumeAfter: $a) { cursor change { __typename
        ... on ItemChange { item { text } } ... on ConversationChange { conversation { timeline(first: 5) { nodes { text } } } } } } }";
    let mut socket = agent.connect().await?;
    socket.subscribe("heard", live, json!({ "c": conversation, "a": after })).await?;
    let mut all = Vec::new();
    while let Ok(mut message) = socket.next(Duration::from_secs(2)).await {
        all.push(message["payload"]["data"]["conversation"].take());
    }
    Ok(all)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_merge_is_undone_and_the_strangers_messages_are_gone() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    let ada = Person { name: "Ada Stone", ids: &["app_user:ada", "phone_e164:+447700900961"] };
    let bea = Person { name: "Bea Flint", ids: &["app_user:bea", "phone_e164:+447700900962"] };
    bea.says(&stack, "b1", "my first words").await?;
    stack.settle("select count(*) from timeline_item where kind = 'message'", 1, PATIENCE).await?;
    ada.says(&stack, "a1", "where is my kettle").await?;
    stack.settle("select count(*) from timeline_item where kind = 'message'", 2, PATIENCE).await?;
    let (a, b) = (named(&sam, "Ada Stone").await?, named(&sam, "Bea Flint").await?);
    let (before_a, before_b) = (card(&sam, &a).await?, card(&sam, &b).await?);
    let of_ada = before_a["conversations"]["nodes"][0]["id"].clone();

    // Merged and taken back, everything is as it was.
    let merged = sam.query(MERGE, json!({ "f": b, "i": a })).await?["customerMerge"].take();
    assert_eq!(texts(&card(&sam, &a).await?).len(), 2, "{merged}");
    assert_eq!(card(&sam, &b).await?["mergedIntoId"], json!(a), "the old id answers with a pointer");
    let undone = sam.query(UNMERGE, json!({ "a": merged["actId"] })).await?;
    assert_eq!(undone["customerUnmerge"]["customer"]["id"], json!(b), "{undone}");
    for (id, before) in [(&a, &before_a), (&b, &before_b)] {
        let now = card(&sam, id).await?;
        for field in ["name", "mergedIntoId", "conversations", "timeline"] {
            assert_eq!(now[field], before[field], "{field}");
        }
    }
    let again = sam.query(UNMERGE, json!({ "a": merged["actId"] })).await?;
    assert_eq!(again["customerUnmerge"]["userErrors"][0]["code"], "CONFLICT", "{again}");

    // Merged again; meanwhile the stranger rings and writes into the same conversation, from an address that only
    // their number ties to the merged customer.
    let merged = sam.query(MERGE, json!({ "f": b, "i": a })).await?["customerMerge"].take();
    let by_phone = Person { name: "Bea Flint", ids: &["phone_e164:+447700900962"] };
    let before = heard(&sam, &of_ada, None).await?;
    let before = before.first().map(|m| m["cursor"].clone()).context("a cursor")?;
    by_phone.says(&stack, "b2", "a secret of Bea").await?;
    stack.settle("select count(*) from timeline_item where kind = 'message'", 3, PATIENCE).await?;
    let mixed = "select count(distinct s.party_id) from session s where conversation_id = (
        select conversation_id from item_content c join timeline_item t on t.id = c.item_id where c.text = 'where is my kettle')";
    assert_eq!(stack.count(mixed).await?, 2, "the conversation is of both");
    let live = "subscription($c: ID!) { conversation(id: $c) { cursor change { __typename ... on CustomerChange { customer { id } } } } }";
    let mut socket = sam.connect().await?;
    socket.subscribe("open", live, json!({ "c": of_ada })).await?;
    let kind = |m: &Value| m["payload"]["data"]["conversation"]["change"]["__typename"].as_str().map(str::to_owned);
    socket.until(PATIENCE, |m| kind(m).filter(|kind| kind == "Ready")).await?;
    let undone = sam.query(UNMERGE, json!({ "a": merged["actId"] })).await?;
    assert_eq!(undone["customerUnmerge"]["userErrors"], json!([]), "{undone}");
    socket.until(PATIENCE, |m| kind(m).filter(|kind| kind == "Resync")).await?;
    socket.until(PATIENCE, |m| kind(m).filter(|kind| kind == "CustomerChange")).await?;
    assert_eq!(texts(&card(&sam, &a).await?), ["where is my kettle"], "the history of the customer");
    assert_eq!(texts(&card(&sam, &b).await?), ["a secret of Bea", "my first words"]);
    let look =
        "query($c: ID!) { conversation(id: $c) { sessions { id } timeline(first: 50) { nodes { seq kind text } } } }";
    let held = sam.query(look, json!({ "c": of_ada })).await?["conversation"].take();
    ensure!(!held.to_string().contains("secret"), "{held}");
    assert_eq!(held["sessions"].as_array().map(Vec::len), Some(1), "{held}");
    let mut places: Vec<i64> =
        held["timeline"]["nodes"].as_array().into_iter().flatten().filter_map(|n| n["seq"].as_i64()).collect();
    places.sort_unstable();
    assert_eq!(places, (1..=places.len() as i64).collect::<Vec<_>>(), "no gap: what left has marks");
    ensure!(held.to_string().contains("\"moved\""), "{held}");
    // Who was away meanwhile and comes back is told to read again, and hears nothing of the stranger.
    let missed = json!(heard(&sam, &of_ada, Some(before)).await?).to_string();
    ensure!(missed.contains("Resync") && !missed.contains("secret"), "{missed}");

    // Nothing but a person's word brings them together again.
    for customer in [&a, &b] {
        sam.query(CONFIRM, json!({ "c": customer, "s": "email", "v": "both@example.org" })).await?;
    }
    bea.says(&stack, "b3", "still here").await?;
    by_phone.rings(&stack, "b4").await?;
    stack.settle("select count(*) from outbox where payload->>'job' = 'recognise'", 0, PATIENCE).await?;
    assert_eq!(texts(&card(&sam, &a).await?), ["where is my kettle"]);
    let open = sam.query(REVIEW, json!({ "s": "OPEN" })).await?;
    assert_eq!(open["identityReview"]["nodes"], json!([]), "a refused pair never comes back");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_messages_at_once_are_one_person_and_garbage_is_nobody() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let posts = (0..50).map(|n| {
        let body = whatsapp.text("447700900971", "Fay", &format!("wamid.f{n}"), &format!("message {n}"), unix());
        let (whatsapp, http) = (whatsapp.clone(), http.clone());
        async move {
            // A provider posts again what a busy server could not take.
            for _ in 0..20 {
                match whatsapp.post(&http, &body).await {
                    Ok(503) => tokio::time::sleep(Duration::from_millis(500)).await,
                    answer => return answer,
                }
            }
            anyhow::bail!("still busy after ten seconds")
        }
    });
    let answers = futures_util::future::join_all(posts).await;
    ensure!(answers.iter().all(|status| matches!(status, Ok(200))), "{answers:?}");
    stack
        .settle("select count(*) from timeline_item where kind = 'message' and actor_kind = 'customer'", 50, PATIENCE)
        .await?;
    for (table, count) in [("customer", 1), ("party", 1), ("conversation", 1), ("session", 1)] {
        let sql: &'static str = match table {
            "customer" => "select count(*) from customer",
            "party" => "select count(*) from party",
            "conversation" => "select count(*) from conversation",
            _ => "select count(*) from session",
        };
        assert_eq!(stack.count(sql).await?, count, "{table}");
    }

    // Words for nothing are nobody's key; what has no other identifier is kept aside.
    let nobody =
        Person { name: "Gus", ids: &["phone_e164:anonymous", "email:unknown", "crm_id:N/A", "sip_uri:anonymous"] };
    nobody.says(&stack, "g1", "who am I?").await?;
    stack.settle("select count(*) from unknown_event", 1, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from customer").await?, 1);
    // A landline and a role mailbox are several people's.
    for (n, name) in ["Hal Moss", "Ivy Reed"].into_iter().enumerate() {
        let key = format!("app_user:u{n}");
        let ids = [key.as_str(), "phone_e164:+442079460018", "email:info@shop.example"];
        Person { name, ids: &ids }.says(&stack, &format!("s{n}"), "from the office").await?;
    }
    stack.settle("select count(*) from customer where merged_into is null", 3, PATIENCE).await?;
    stack.settle("select count(*) from outbox where payload->>'job' = 'recognise'", 0, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from identity_candidate").await?, 0);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn merges_at_once_end_in_one_state_and_later_ones_are_named() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    let names = ["Abel Ash", "Bert Box", "Cora Cup", "Dora Den"];
    for (n, name) in names.into_iter().enumerate() {
        let key = format!("app_user:m{n}");
        Person { name, ids: &[&key] }.says(&stack, &format!("m{n}"), name).await?;
    }
    stack.settle("select count(*) from timeline_item where kind = 'message'", 4, PATIENCE).await?;
    let mut ids = Vec::new();
    for name in names {
        ids.push(named(&sam, name).await?);
    }
    // A ring of merges, all at once: somebody has to lose.
    let ring = (0..4).map(|n| {
        let (sam, from, into) = (sam.clone(), ids[n].clone(), ids[(n + 1) % 4].clone());
        async move { sam.query(MERGE, json!({ "f": from, "i": into })).await }
    });
    let done = futures_util::future::try_join_all(ring).await?;
    let refused = done.iter().filter(|d| d["customerMerge"]["userErrors"] != json!([])).count();
    ensure!(refused > 0 && refused < 4, "{done:?}");
    let lost =
        "select count(*) from party_customer p join customer c on c.id = p.customer_id where c.merged_into is not null";
    assert_eq!(stack.count(lost).await?, 0, "no address is with a customer that was emptied");
    let astray = "select count(*) from conversation v join session s on s.conversation_id = v.id
        join party_customer p on p.party_id = s.party_id where p.customer_id <> v.customer_id";
    assert_eq!(stack.count(astray).await?, 0, "conversations are where their people are");

    // One after the other on fresh people: the first cannot be taken back alone.
    let fresh = ["Ella Elm", "Finn Fir", "Gwen Gum"];
    let mut ids = Vec::new();
    for (n, name) in fresh.into_iter().enumerate() {
        let key = format!("app_user:f{n}");
        Person { name, ids: &[&key] }.says(&stack, &format!("f{n}"), name).await?;
        stack.settle("select count(*) from timeline_item where kind = 'message'", 5 + n as i64, PATIENCE).await?;
        ids.push(named(&sam, name).await?);
    }
    let first = sam.query(MERGE, json!({ "f": ids[0], "i": ids[1] })).await?["customerMerge"]["actId"].take();
    let second = sam.query(MERGE, json!({ "f": ids[1], "i": ids[2] })).await?["customerMerge"]["actId"].take();
    let alone = sam.query(UNMERGE, json!({ "a": first })).await?["customerUnmerge"].take();
    assert_eq!(alone["userErrors"][0]["code"], "CONFLICT", "{alone}");
    assert_eq!(alone["laterMerges"][0]["actId"], second, "{alone}");
    assert_eq!(card(&sam, &ids[0]).await?["mergedIntoId"], json!(ids[1]), "nothing happened");
    let all = sam.query(UNMERGE, json!({ "a": first, "l": true })).await?["customerUnmerge"].take();
    assert_eq!((&all["userErrors"], &all["customer"]["id"]), (&json!([]), &json!(ids[0])), "{all}");
    for (id, name) in ids.iter().zip(fresh) {
        assert_eq!(texts(&card(&sam, id).await?), [name]);
    }
    assert_eq!(stack.count(lost).await?, 0);
    stack.finish().await
}

/// Two lanes look at customers beside each other: neither of a pair may miss the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pairs_that_are_looked_at_at_once_are_found() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let given = ["Ada", "Bo", "Cleo", "Dirk", "Esme"];
    let family = ["Quill", "Rowan", "Sorrel", "Thorn"];
    let people = (0..40).map(|n| (n, given[n / 2 % 5], family[n / 2 / 5]));
    let posts = people.map(|(n, given, family)| {
        let stack = &stack;
        async move {
            let (name, key) = (format!("{given} {family}"), format!("app_user:t{n}"));
            let mail = format!("email:{given}.{family}@example.org?").to_lowercase();
            Person { name: &name, ids: &[&key, &mail] }.says(stack, &format!("t{n}"), "hello").await
        }
    });
    futures_util::future::try_join_all(posts).await?;
    stack.settle("select count(*) from customer", 40, PATIENCE).await?;
    stack.settle("select count(*) from identity_candidate where state = 'open'", 20, PATIENCE).await?;
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn likely_pairs_are_suggested_and_peoples_word_stands() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    let ana = Agent::sign_in(&stack.base, "demo", "ana@demo.example", &stack.demo.password).await?;
    // Claimed, so nothing joins by itself: two of one person, two of two.
    Person { name: "Kit Marlow", ids: &["app_user:k1", "email:kit.marlow@example.org?"] }
        .says(&stack, "k1", "one")
        .await?;
    Person { name: "Marlow, Kit", ids: &["app_user:k2", "email:kit.marlow@example.org?"] }
        .says(&stack, "k2", "two")
        .await?;
    Person { name: "Lea Wood", ids: &["app_user:l1", "phone_e164:+447700900981?"] }.says(&stack, "l1", "three").await?;
    Person { name: "Leah Wood", ids: &["app_user:l2", "phone_e164:+447700900981?"] }.says(&stack, "l2", "four").await?;
    let open = until(&ana, REVIEW, json!({ "s": "OPEN" }), |a| {
        a["identityReview"]["nodes"].as_array().map(Vec::len) == Some(2)
    })
    .await?;
    let pairs = open["identityReview"]["nodes"].as_array().context("pairs")?.clone();
    let of = |word: &str| pairs.iter().find(|pair| pair.to_string().contains(word)).cloned().context("a pair");
    let (kit, lea) = (of("Kit")?, of("Lea")?);
    ensure!(kit["score"].as_f64() > Some(0.9), "{kit}");
    let mail = json!({ "field": "email", "agreement": "SAME" });
    ensure!(kit["evidence"].as_array().is_some_and(|all| all.contains(&mail)), "{kit}");
    let customers = |pair: &Value| -> Vec<String> {
        pair["customers"].as_array().into_iter().flatten().filter_map(|c| c["id"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(texts(&card(&ana, &customers(&kit)[0]).await?).len(), 1, "no history on likeness alone");
    assert_eq!(card(&ana, &customers(&kit)[0]).await?["candidates"][0]["id"], kit["id"]);

    let confirm = "mutation($c: ID!) { candidateConfirm(input: { candidateId: $c }) { actId customer { id } userErrors { code } } }";
    let refuse = "mutation($c: ID!) { candidateRefuse(input: { candidateId: $c, reason: \"twins\" }) { candidate { state } userErrors { code } } }";
    let one = ana.query(confirm, json!({ "c": kit["id"] })).await?["candidateConfirm"].take();
    let one_id = one["customer"]["id"].as_str().context("customer")?.to_owned();
    assert_eq!(texts(&card(&ana, &one_id).await?), ["one", "two"], "{one}");
    let two = ana.query(refuse, json!({ "c": lea["id"] })).await?;
    assert_eq!(two["candidateRefuse"]["candidate"]["state"], "REFUSED", "{two}");
    // A refusal is taken back, and said again.
    let reopen =
        "mutation($c: ID!) { candidateReopen(input: { candidateId: $c }) { candidate { state } userErrors { code } } }";
    let open = ana.query(reopen, json!({ "c": lea["id"] })).await?;
    assert_eq!(open["candidateReopen"]["candidate"]["state"], "OPEN", "{open}");
    let listed = sam.query(REVIEW, json!({ "s": "OPEN" })).await?;
    assert_eq!(listed["identityReview"]["nodes"][0]["id"], lea["id"], "{listed}");
    let two = ana.query(refuse, json!({ "c": lea["id"] })).await?;
    assert_eq!(two["candidateRefuse"]["candidate"]["state"], "REFUSED", "{two}");
    // All customers are compared again: the pair stays away.
    let started = ana.send("mutation { identityDedupe { run { id } userErrors { code } } }", json!({})).await?;
    assert_eq!(started["errors"][0]["extensions"]["code"], "FORBIDDEN", "an agent starts no run");
    let run = sam.query("mutation { identityDedupe { run { id } userErrors { code } } }", json!({})).await?;
    let run = run["identityDedupe"]["run"]["id"].clone();
    let watch = "query($r: ID!) { identityRun(id: $r) { state total done found } }";
    let done = until(&sam, watch, json!({ "r": run }), |a| a["identityRun"]["state"] == "done").await?;
    assert_eq!((&done["identityRun"]["done"], &done["identityRun"]["found"]), (&json!(6), &json!(0)), "{done}");
    let open = sam.query(REVIEW, json!({ "s": "OPEN" })).await?;
    assert_eq!(open["identityReview"]["nodes"], json!([]), "{open}");

    // An identifier goes to a new customer, with what was said on it, and does not come back.
    let ids = card(&ana, &one_id).await?["identities"].take();
    let k2 = ids.as_array().into_iter().flatten().find(|i| i["value"] == "k2").context("k2")?.clone();
    let split = "mutation($c: ID!, $i: [ID!]!) { customerSplit(input: { customerId: $c, identityIds: $i, reason: \"a twin\" }) {
        customer { id } userErrors { code message } } }";
    let new = ana.query(split, json!({ "c": one_id, "i": [k2["id"]] })).await?["customerSplit"].take();
    let new_id = new["customer"]["id"].as_str().with_context(|| new.to_string())?.to_owned();
    assert_eq!(
        (texts(&card(&ana, &one_id).await?), texts(&card(&ana, &new_id).await?)),
        (vec!["one".into()], vec!["two".into()])
    );
    let last = ana.query(split, json!({ "c": new_id, "i": [k2["id"]] })).await?;
    assert_eq!(last["customerSplit"]["userErrors"][0]["code"], "INVALID", "{last}");
    let audit = "query($c: ID!) { identityAudit(customerId: $c, first: 20) { nodes { kind customerId fromCustomerId actorKind agentId } } }";
    let audit = ana.query(audit, json!({ "c": one_id })).await?["identityAudit"]["nodes"].take();
    let kinds: Vec<&str> = audit.as_array().into_iter().flatten().filter_map(|l| l["kind"].as_str()).collect();
    assert_eq!(kinds.first(), Some(&"split"), "{audit}");
    ensure!(kinds.contains(&"confirm") && kinds.contains(&"link"), "{audit}");
    told_goes_too(&ana, &one_id).await?;
    values_are_declared(&stack, &ana, &sam).await?;
    stack.finish().await
}

/// What a customer only told goes to a new one as well, and both say so.
async fn told_goes_too(ana: &Agent, customer: &str) -> Result<()> {
    let confirm = "mutation($c: ID!) { identityConfirm(input: { customerId: $c, scheme: \"email\", value: \"sister@told.example\" }) {
        customer { id } userErrors { code } } }";
    ana.query(confirm, json!({ "c": customer })).await?;
    let ids = card(ana, customer).await?["identities"].take();
    let told =
        ids.as_array().into_iter().flatten().find(|i| i["value"] == "sister@told.example").context("told")?.clone();
    let split = "mutation($c: ID!, $i: [ID!]!) { customerSplit(input: { customerId: $c, identityIds: $i, reason: \"her sister's\" }) {
        customer { id } userErrors { code message } } }";
    let new = ana.query(split, json!({ "c": customer, "i": [told["id"]] })).await?["customerSplit"].take();
    let audit = "query($c: ID!) { identityAudit(customerId: $c, first: 1) { nodes { kind customerId fromCustomerId reason } } }";
    let expected = json!([{ "kind": "split", "customerId": new["customer"]["id"], "fromCustomerId": customer, "reason": "her sister's" }]);
    for of in [&json!(customer), &new["customer"]["id"]] {
        let said = ana.query(audit, json!({ "c": of })).await?;
        assert_eq!(said["identityAudit"]["nodes"], expected, "{new}");
    }
    Ok(())
}

/// Shared, personal, blocked, and back.
async fn values_are_declared(stack: &Stack, ana: &Agent, sam: &Agent) -> Result<()> {
    let declare = |what: &str| {
        format!(
            "mutation($s: String!, $v: String!) {{ {what}(input: {{ scheme: $s, value: $v }}) {{ rule {{ value declared }} userErrors {{ code }} }} }}"
        )
    };
    let landline = json!({ "s": "phone_e164", "v": "+44 20 7946 0044" });
    let personal = ana.query(&declare("identityDeclarePersonal"), landline).await?;
    assert_eq!(personal["identityDeclarePersonal"]["rule"]["value"], "+442079460044", "{personal}");
    for n in 1..=2 {
        let key = format!("app_user:o{n}");
        Person { name: "Ona Vale", ids: &[&key, "phone_e164:+442079460044"] }
            .says(stack, &format!("o{n}"), "alone here")
            .await?;
        stack.settle("select count(*) from item_content where text = 'alone here'", n, PATIENCE).await?;
    }
    assert_eq!(texts(&card(ana, &named(ana, "Ona Vale").await?).await?).len(), 2, "declared personal, it links");
    let block = json!({ "s": "email", "v": "Orders@" });
    let refused = ana.send(&declare("identityValueBlock"), block.clone()).await?;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let blocked = sam.query(&declare("identityValueBlock"), block.clone()).await?;
    assert_eq!(blocked["identityValueBlock"]["rule"], json!({ "value": "orders@", "declared": "blocked" }));
    let listed = ana
        .query(
            "{ identityRules(first: 1) { nodes { scheme value declared } pageInfo { hasNextPage endCursor } } }",
            json!({}),
        )
        .await?;
    assert_eq!(listed["identityRules"]["nodes"][0]["value"], "orders@", "{listed}");
    assert_eq!(listed["identityRules"]["pageInfo"]["hasNextPage"], true);
    let wrong = ana.query(&declare("identityDeclareShared"), json!({ "s": "phone_e164", "v": "nothing" })).await?;
    assert_eq!(wrong["identityDeclareShared"]["userErrors"][0]["code"], "INVALID", "{wrong}");
    sam.query(&declare("identityValueUnblock"), block.clone()).await?;
    let gone = sam.query(&declare("identityValueUnblock"), block).await?;
    assert_eq!(gone["identityValueUnblock"]["userErrors"][0]["code"], "NOT_FOUND", "{gone}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn customers_are_imported_after_a_look_and_tenants_never_meet() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let sam = supervisor(&stack).await?;
    Person { name: "Pia Holt", ids: &["app_user:p1", "phone_e164:+447700900991"] }.says(&stack, "p1", "hello").await?;
    stack.settle("select count(*) from timeline_item where kind = 'message'", 1, PATIENCE).await?;
    let table = "\u{feff}Name;Phone;Email;Birth date;External account;Tags;Verified\n\
        Pia Holt;07700 900991;pia@example.org;1980-02-03;P-77;vip|late;yes\n\
        Quin Dale;;quin@example.org;;;;no\n\
        Nobody;;;;;;\n\
        Rex Lane;+44 7700 900993;not a mail;;;;yes\n\
        Quin Dale;;quin@example.org;;Q-100;;no\n";
    let upload = async |agent: &Agent, table: &str| -> Result<(u16, Value)> {
        let post = reqwest_client().post(format!("{}/v1/imports?name=old.csv&region=GB", stack.base));
        let answer = post.bearer_auth(&agent.token).body(table.to_owned()).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    };
    let ana = Agent::sign_in(&stack.base, "demo", "ana@demo.example", &stack.demo.password).await?;
    assert_eq!(upload(&ana, table).await?.0, 403);
    assert_eq!(upload(&sam, "name;tags\nPia;x\n").await?.0, 422);
    let (status, answer) = upload(&sam, table).await?;
    assert_eq!(status, 201, "{answer}");
    let look = "query($r: ID!) { identityRun(id: $r) { state name total done found linked refused refusals(first: 10) { nodes { line reason } } } }";
    let seen = sam.query(look, json!({ "r": answer["id"] })).await?["identityRun"].take();
    assert_eq!(
        (&seen["state"], &seen["total"], &seen["linked"], &seen["refused"]),
        (&json!("preview"), &json!(5), &json!(1), &json!(2)),
        "{seen}"
    );
    assert_eq!(
        (&seen["refusals"]["nodes"][0]["line"], &seen["refusals"]["nodes"][1]["line"]),
        (&json!(4), &json!(5)),
        "{seen}"
    );
    ensure!(seen["refusals"]["nodes"][1]["reason"].to_string().contains("not a mail"), "{seen}");
    assert_eq!(stack.count("select count(*) from customer").await?, 1, "nothing is applied yet");
    let apply = "mutation($r: ID!) { customerImport(input: { runId: $r }) { run { state } userErrors { code } } }";
    sam.query(apply, json!({ "r": answer["id"] })).await?;
    let twice = sam.query(apply, json!({ "r": answer["id"] })).await?;
    assert_eq!(twice["customerImport"]["userErrors"][0]["code"], "CONFLICT", "{twice}");
    let done = until(&sam, look, json!({ "r": answer["id"] }), |a| a["identityRun"]["state"] == "done").await?;
    assert_eq!((&done["identityRun"]["found"], &done["identityRun"]["linked"]), (&json!(1), &json!(2)), "{done}");
    let pia = "query($c: ID!) { customer(id: $c) { tags birthDate identities { scheme verified source } } }";
    let pia = sam.query(pia, json!({ "c": named(&sam, "Pia Holt").await? })).await?["customer"].take();
    assert_eq!((&pia["birthDate"], &pia["tags"]), (&json!("1980-02-03"), &json!(["vip", "late"])), "{pia}");
    let account = json!({ "scheme": "crm_id", "verified": "token", "source": "import" });
    ensure!(pia["identities"].as_array().is_some_and(|all| all.contains(&account)), "{pia}");
    assert_eq!(stack.count("select count(*) from customer where merged_into is null").await?, 2);
    let runs = sam.query("{ identityRuns(kind: IMPORT) { nodes { name state } } }", json!({})).await?;
    assert_eq!(runs["identityRuns"]["nodes"], json!([{ "name": "old.csv", "state": "done" }]));

    // Another tenant's customer with the very same identifiers.
    let world = meridian_app::setup::DemoWorld { provider_url: &stack.provider.url, bot_url: &stack.provider.url };
    let second = meridian_app::setup::seed_demo(&stack.app, "second", &world).await?;
    let hook = second.accounts.iter().find(|(kind, _)| *kind == ChannelKind::Generic).context("account")?.1;
    let url = meridian_store::accounts::webhook_url(&stack.base, ChannelKind::Generic, hook);
    let same = Person { name: "Pia Holt", ids: &["app_user:p1", "phone_e164:+447700900991", "email:pia@example.org"] };
    let event = json!({ "kind": "message", "external_id": "x1", "sender": same.sender(),
                        "content": { "message_type": "text", "text": "from elsewhere" } });
    post(&stack, "second", &url, "x1", &event).await?;
    stack.settle("select count(*) from item_content where text = 'from elsewhere'", 1, PATIENCE).await?;
    stack.settle("select count(*) from outbox where payload->>'job' = 'recognise'", 0, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from customer where merged_into is null").await?, 3);
    assert_eq!(stack.count("select count(*) from identity_candidate").await?, 0);
    assert_eq!(texts(&card(&sam, &named(&sam, "Pia Holt").await?).await?), ["hello"]);
    stack.finish().await
}
