//! An operator makes a workspace: its first admin signs in and goes on from what is there; what is refused leaves nothing.

use anyhow::{Context, Result, ensure};
use meridian_app::setup::{NewWorkspace, create_workspace, reset_password};
use meridian_lab::agent::Agent;
use meridian_testkit::Stack;
use serde_json::json;

const ACME: NewWorkspace<'static> = NewWorkspace {
    slug: "acme",
    name: "Acme Kettles",
    time_zone: "Europe/Lisbon",
    email: " Ana@Acme.example ",
    admin_name: "Ana Duarte",
};

/// Rows of everything a workspace begins with, of all tenants.
const ROWS: &str = "select (select count(*) from tenant) + (select count(*) from branch) + (select count(*) from site)
    + (select count(*) from queue) + (select count(*) from agent) + (select count(*) from agent_load)";

/// What came of a creation that should be refused.
async fn refusal(stack: &Stack, new: NewWorkspace<'_>) -> Result<String> {
    let refused = create_workspace(&stack.app, new).await.err();
    Ok(refused.with_context(|| format!("accepted: {new:?}"))?.to_string())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_admin_of_a_new_workspace_signs_in_and_goes_on() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let made = create_workspace(&stack.app, ACME).await?;
    assert_eq!((made.slug.as_str(), made.email.as_str()), ("acme", "ana@acme.example"));
    ensure!(!format!("{made:?}").contains(made.password.expose()), "the password can be printed by accident");
    let password = made.password.expose();
    let elsewhere = Agent::sign_in(&stack.base, "demo", &made.email, password).await;
    ensure!(elsewhere.is_err(), "an admin of acme signs in at demo");
    let ana = Agent::sign_in(&stack.base, "acme", &made.email, password).await?;
    let seen = "{ viewer { workspace agent { id name role } } branches { name } queues { name agentIds }
        sites { name timeZone open shifts { weekday } } }";
    let seen = ana.query(seen, json!({})).await?;
    assert_eq!(seen["viewer"]["workspace"], "Acme Kettles", "{seen}");
    let me = &seen["viewer"]["agent"];
    assert_eq!((&me["name"], &me["role"]), (&json!("Ana Duarte"), &json!("ADMIN")), "{seen}");
    assert_eq!(seen["branches"], json!([{ "name": "Head office" }]), "{seen}");
    assert_eq!(seen["queues"], json!([{ "name": "General", "agentIds": [] }]), "{seen}");
    let site = json!({ "name": "Head office", "timeZone": "Europe/Lisbon", "open": false, "shifts": [] });
    assert_eq!(seen["sites"], json!([site]), "{seen}");

    // The admin adds somebody, who is counted in the branch there is, and takes another password.
    let create =
        "mutation($i: AgentCreateInput!) { agentCreate(input: $i) { agent { email } userErrors { message } } }";
    let kiri = json!({ "email": "kiri@acme.example", "name": "Kiri", "password": "a long first one", "role": "AGENT" });
    let added = ana.query(create, json!({ "i": kiri })).await?;
    assert_eq!(added["agentCreate"]["agent"]["email"], "kiri@acme.example", "{added}");
    let update = "mutation($a: ID!, $p: String!) { agentUpdate(input: { agentId: $a, password: $p }) {
        userErrors { message } } }";
    let changed = ana.query(update, json!({ "a": me["id"], "p": "one that nobody printed" })).await?;
    assert_eq!(changed["agentUpdate"]["userErrors"], json!([]), "{changed}");
    ensure!(Agent::sign_in(&stack.base, "acme", &made.email, password).await.is_err(), "the first password stands");
    Agent::sign_in(&stack.base, "acme", &made.email, "one that nobody printed").await?;

    // Forgotten, and nobody else could set another: the operator can.
    let reset = reset_password(&stack.app, "acme", " ANA@acme.example").await?;
    ensure!(
        Agent::sign_in(&stack.base, "acme", &made.email, "one that nobody printed").await.is_err(),
        "forgotten, but stands"
    );
    Agent::sign_in(&stack.base, "acme", &made.email, reset.expose()).await?;
    let unknown = reset_password(&stack.app, "acme", "nobody@acme.example").await.err().context("reset")?;
    assert_eq!(unknown.to_string(), "nobody who may sign in to `acme` has the address nobody@acme.example");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_that_is_refused_leaves_nothing() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    create_workspace(&stack.app, ACME).await?;
    let before = stack.count(ROWS).await?;
    let again = NewWorkspace { name: "Another", email: "eve@acme.example", ..ACME };
    assert_eq!(refusal(&stack, again).await?, "the workspace `acme` is there already: nothing was made");
    assert_eq!(
        refusal(&stack, NewWorkspace { slug: "other", time_zone: "Mars/Olympus", ..ACME }).await?,
        "time_zone is an IANA name like Europe/Lisbon"
    );
    let slug = refusal(&stack, NewWorkspace { slug: "Acme Two", ..ACME }).await?;
    ensure!(slug.starts_with("a slug has 1 to 63"), "{slug}");
    let email = refusal(&stack, NewWorkspace { slug: "other", email: "ana", ..ACME }).await?;
    ensure!(email.starts_with("email is an address"), "{email}");
    let nameless = refusal(&stack, NewWorkspace { slug: "other", admin_name: " ", ..ACME }).await?;
    ensure!(nameless.starts_with("the admin's name"), "{nameless}");
    assert_eq!(stack.count(ROWS).await?, before);
    // The same address may be an admin elsewhere.
    create_workspace(&stack.app, NewWorkspace { slug: "other", ..ACME }).await?;
    stack.finish().await
}
