//! An admin sets the tenant up over the API: places, people, queues, keys; everything is in the audit log.

use super::{PATIENCE, main_job::reqwest_client};
use anyhow::{Result, ensure};
use meridian_domain::time::{Clock, SystemClock};
use meridian_lab::agent::Agent;
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;

async fn admin(stack: &Stack) -> Result<Agent> {
    Agent::sign_in(&stack.base, "demo", "ada@demo.example", &stack.demo.password).await
}

fn refused(answer: &Value, field: &str) -> String {
    answer[field]["userErrors"][0]["message"].as_str().unwrap_or("accepted").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_a_person_and_a_queue_are_set_up_and_bad_values_named() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = admin(&stack).await?;
    let save = "mutation($z: String!, $s: [ShiftInput!]!) { siteSave(input: { name: \"Auckland\", timeZone: $z, shifts: $s }) {
        site { id open nextChange timeZone shifts { weekday } } userErrors { code message } } }";
    let always: Vec<Value> =
        (1..=7).map(|day| json!({ "weekday": day, "startsMinute": 0, "endsMinute": 1440 })).collect();
    let wrong = ada.query(save, json!({ "z": "Mars/Olympus", "s": always })).await?;
    assert_eq!(refused(&wrong, "siteSave"), "time_zone is an IANA name like Europe/Lisbon");
    let wrong = ada
        .query(
            save,
            json!({ "z": "Pacific/Auckland", "s": [{ "weekday": 1, "startsMinute": 1500, "endsMinute": 1600 }] }),
        )
        .await?;
    ensure!(refused(&wrong, "siteSave").starts_with("shift 1:"), "{wrong}");
    let made = ada.query(save, json!({ "z": "Pacific/Auckland", "s": always })).await?;
    let site = made["siteSave"]["site"].clone();
    assert_eq!((&site["open"], site["shifts"].as_array().map(Vec::len)), (&json!(true), Some(7)), "{made}");
    assert_eq!(refused(&ada.query(save, json!({ "z": "UTC", "s": [] })).await?, "siteSave"), "this name is taken");

    // Closed on the local day, yesterday and tomorrow: whatever the hour, it is closed now.
    let except = "mutation($s: ID!, $d: NaiveDate!) { siteExcept(input: { siteId: $s, day: $d, reason: \"storm\" }) {
        site { open exceptions { day reason } } userErrors { message } } }";
    let today = SystemClock.now().date_naive();
    let mut last = Value::Null;
    for day in [today.pred_opt(), Some(today), today.succ_opt()] {
        last = ada.query(except, json!({ "s": site["id"], "d": day })).await?;
    }
    assert_eq!(last["siteExcept"]["site"]["open"], false, "{last}");
    assert_eq!(last["siteExcept"]["site"]["exceptions"][0]["reason"], "storm");

    let create = "mutation($i: AgentCreateInput!) { agentCreate(input: $i) { agent { id email siteId } userErrors { message } } }";
    let person = json!({ "email": "Kiri@Demo.example", "name": "Kiri", "password": "a long first one", "role": "AGENT", "siteId": site["id"], "timeZone": "Pacific/Auckland" });
    let weak = ada
        .query(create, json!({ "i": { "email": "k@demo.example", "name": "K", "password": "short", "role": "AGENT" } }))
        .await?;
    assert_eq!(refused(&weak, "agentCreate"), "password: use at least 12 characters");
    let made = ada.query(create, json!({ "i": person })).await?;
    let kiri = made["agentCreate"]["agent"].clone();
    assert_eq!((&kiri["email"], &kiri["siteId"]), (&json!("kiri@demo.example"), &site["id"]), "{made}");
    assert_eq!(refused(&ada.query(create, json!({ "i": person })).await?, "agentCreate"), "this address is taken");

    let skills = ada.query("mutation { skillSave(input: { name: \"te reo\" }) { skill { id } } }", json!({})).await?;
    let save = "mutation($i: QueueSaveInput!) { queueSave(input: $i) {
        queue { id name branchId priorityMinutes stickySeconds agentIds } userErrors { message field } } }";
    let saved = ada
        .query(
            save,
            json!({ "i": { "name": "South", "priorityMinutes": 15, "stickySeconds": 5, "agentIds": [kiri["id"]] } }),
        )
        .await?;
    let queue = saved["queueSave"]["queue"].clone();
    assert_eq!((&queue["name"], &queue["agentIds"]), (&json!("South"), &json!([kiri["id"]])), "{saved}");
    assert_eq!((&queue["priorityMinutes"], &queue["stickySeconds"]), (&json!(15), &json!(5)), "{saved}");
    // A queue moves to the branch it is told and otherwise stays where it is.
    let made =
        ada.query("mutation { branchSave(input: { name: \"Far south\" }) { branch { id } } }", json!({})).await?;
    let branch = &made["branchSave"]["branch"]["id"];
    for change in [json!({ "branchId": branch }), json!({})] {
        let mut input = json!({ "queueId": queue["id"], "name": "South" });
        input.as_object_mut().into_iter().for_each(|i| i.extend(change.as_object().cloned().unwrap_or_default()));
        let moved = ada.query(save, json!({ "i": input })).await?;
        assert_eq!(&moved["queueSave"]["queue"]["branchId"], branch, "{moved}");
    }
    let wrong = ada.query(save, json!({ "i": { "name": "North", "offerSeconds": 0 } })).await?;
    assert_eq!(wrong["queueSave"]["userErrors"][0]["field"], "offerSeconds", "{wrong}");

    // A new role ends the sign-in that carries the old one.
    let signed_in = Agent::sign_in(&stack.base, "demo", "kiri@demo.example", "a long first one").await?;
    let update = "mutation($a: ID!, $s: ID!) { agentUpdate(input: { agentId: $a, role: SUPERVISOR, languages: [\"mi\"], skills: [{ skillId: $s, level: 4 }] }) {
        agent { role name siteId languages skills { name level } } userErrors { message } } }";
    let changed = ada.query(update, json!({ "a": kiri["id"], "s": skills["skillSave"]["skill"]["id"] })).await?;
    let agent = &changed["agentUpdate"]["agent"];
    assert_eq!(agent["skills"], json!([{ "name": "te reo", "level": 4 }]), "{changed}");
    assert_eq!(agent["languages"], json!(["mi"]), "{changed}");
    assert_eq!((&agent["role"], &agent["name"], &agent["siteId"]), (&json!("SUPERVISOR"), &json!("Kiri"), &site["id"]));
    let stale = signed_in.send("{ viewer { workspace } }", json!({})).await?;
    assert_eq!(stale["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{stale}");
    let again = Agent::sign_in(&stack.base, "demo", "kiri@demo.example", "a long first one").await?;
    let audit = again.send("{ auditEntries(first: 1) { nodes { id } } }", json!({})).await?;
    assert_eq!(audit["errors"][0]["extensions"]["code"], "FORBIDDEN", "a supervisor reads no audit log: {audit}");

    audit_of_person_and_time(&ada, kiri["id"].as_str().unwrap_or_default()).await?;
    stack.finish().await
}

/// What was done to one person, what they did themselves, and what was done in a time, page by page.
async fn audit_of_person_and_time(ada: &Agent, kiri: &str) -> Result<()> {
    let log = "query($o: String!) { auditEntries(objectId: $o) { nodes { action actor { kind } } } }";
    let log = ada.query(log, json!({ "o": kiri })).await?;
    let actions: Vec<&str> =
        log["auditEntries"]["nodes"].as_array().into_iter().flatten().filter_map(|e| e["action"].as_str()).collect();
    assert_eq!(actions, ["sign_in", "agent_changed", "sign_in", "agent_created"]);
    let log = "query($a: String, $s: DateTime, $u: DateTime, $c: String) { auditEntries(actorId: $a, since: $s, until: $u, first: 1, after: $c) {
        nodes { action at actor { id } } pageInfo { hasNextPage endCursor } } }";
    let first = ada.query(log, json!({ "a": kiri })).await?["auditEntries"].clone();
    assert_eq!((&first["nodes"][0]["action"], &first["nodes"][0]["actor"]["id"]), (&json!("sign_in"), &json!(kiri)));
    let rest = ada.query(log, json!({ "a": kiri, "c": first["pageInfo"]["endCursor"] })).await?["auditEntries"].clone();
    assert_eq!(rest["nodes"][0]["action"], "sign_in");
    assert_eq!((&first["pageInfo"]["hasNextPage"], &rest["pageInfo"]["hasNextPage"]), (&json!(true), &json!(false)));
    let at = first["nodes"][0]["at"].clone();
    let since = ada.query(log, json!({ "a": kiri, "s": at })).await?["auditEntries"].clone();
    let until = ada.query(log, json!({ "a": kiri, "u": at })).await?["auditEntries"].clone();
    assert_eq!((&since["nodes"], &since["pageInfo"]["hasNextPage"]), (&first["nodes"], &json!(false)));
    assert_eq!(until["nodes"], rest["nodes"]);
    let wrong = ada.send(log, json!({ "a": "nobody" })).await?;
    assert_eq!(wrong["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{wrong}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_key_does_what_its_scopes_say_until_it_is_revoked() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = admin(&stack).await?;
    let create = "mutation($s: [String!]!) { apiKeyCreate(input: { name: \"CRM\", scopes: $s }) {
        apiKey { id scopes } secret userErrors { message } } }";
    let unknown = ada.query(create, json!({ "s": ["everything"] })).await?;
    ensure!(refused(&unknown, "apiKeyCreate").starts_with("a scope is one of conversations:read"), "{unknown}");
    let made = ada.query(create, json!({ "s": ["conversations:read"] })).await?;
    let secret = made["apiKeyCreate"]["secret"].as_str().unwrap_or_default().to_owned();
    ensure!(secret.starts_with("mrd_"), "{made}");
    let listed = ada.query("{ apiKeys { name scopes revokedAt } }", json!({})).await?;
    assert_eq!(listed["apiKeys"][0], json!({ "name": "CRM", "scopes": ["conversations:read"], "revokedAt": null }));

    let program = ada.with_token(&secret);
    let read = program.query("{ queues { name } viewer { permissions agent { id } } }", json!({})).await?;
    assert_eq!(read["viewer"], json!({ "permissions": ["conversations:read"], "agent": null }));
    let refused = program.send("{ channelAccounts { id } }", json!({})).await?;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    let refused =
        program.send("mutation { branchSave(input: { name: \"x\" }) { userErrors { code } } }", json!({})).await?;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    let mut changed = secret.clone();
    changed.replace_range(40..41, if &secret[40..41] == "A" { "B" } else { "A" });
    let stranger = ada.with_token(&changed);
    assert_eq!(
        stranger.send("{ queues { name } }", json!({})).await?["errors"][0]["extensions"]["code"],
        "UNAUTHENTICATED"
    );

    let mut socket = program.connect().await?;
    let revoke = "mutation($k: ID!) { apiKeyRevoke(input: { apiKeyId: $k }) { userErrors { message } } }";
    let done = ada.query(revoke, json!({ "k": made["apiKeyCreate"]["apiKey"]["id"] })).await?;
    assert_eq!(done["apiKeyRevoke"]["userErrors"], json!([]));
    let closed = loop {
        if let Err(error) = socket.next(Duration::from_secs(3)).await {
            break error.to_string();
        }
    };
    assert_eq!(closed, "closed 4403");
    let status = reqwest_client()
        .post(format!("{}/graphql", stack.base))
        .bearer_auth(&secret)
        .json(&json!({ "query": "{ queues { name } }" }))
        .timeout(PATIENCE)
        .send()
        .await?
        .status();
    assert_eq!(status.as_u16(), 401);
    stack.finish().await
}
