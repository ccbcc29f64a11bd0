//! People nobody knows who come in at once.

use super::{
    PATIENCE,
    identity::{person, post},
};
use anyhow::{Result, ensure};
use meridian_domain::channel::ChannelKind;
use meridian_testkit::Stack;
use serde_json::json;

/// Who writes: a name, its identifiers, the message.
const WRITE: [(&str, &[&str], &str); 7] = [
    ("Ada Ash", &["app_user:n1", "phone_e164:+447700900801"], "my parcel is late"),
    ("Ben Box", &["app_user:n2", "phone_e164:+447700900802"], "I want my money back"),
    ("Eve Elm", &["app_user:n6", "phone_e164:+447700900806"], "what are your hours?"),
    ("Ada Ash", &["app_user:n1", "phone_e164:+447700900801"], "are you there?"),
    ("Cyd Cup", &["app_user:n3", "phone_e164:+447700900803"], "on my phone"),
    ("Cyd Cup", &["app_user:n4", "phone_e164:+447700900803"], "on my tablet"),
    // A claim joins nobody.
    ("Dee Dot", &["app_user:n5?", "phone_e164:+447700900801?"], "I am Ada too"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_of_one_batch_are_each_known_once_and_who_shares_a_number_is_one() -> Result<()> {
    let Some(mut stack) = Stack::start().await? else { return Ok(()) };
    // All of it waits, so that it is taken in hand together.
    stack.kill_workers().await;
    let url = stack.hook(ChannelKind::Generic)?;
    for (n, (name, ids, text)) in WRITE.into_iter().enumerate() {
        let id = format!("new{n}");
        let event = json!({ "kind": "message", "external_id": id, "sender": person(name, ids),
                            "content": { "message_type": "text", "text": text } });
        post(&stack, "demo", &url, &id, &event).await?;
    }
    stack.start_workers()?;
    stack.settle("select count(*) from timeline_item where kind = 'message'", 7, PATIENCE).await?;
    let counts = [
        ("parties", "select count(*) from party", 6),
        ("each is somebody's", "select count(*) from party_customer", 6),
        ("people", "select count(distinct customer_id) from party_customer", 5),
        ("nobody is made in vain", "select count(*) from customer", 5),
        ("identifiers", "select count(*) from customer_identity", 12),
        ("conversations", "select count(*) from conversation", 5),
        ("sessions", "select count(*) from session", 6),
        ("the customer takes part", "select count(*) from participant where kind = 'customer'", 6),
        (
            "first contacts",
            "select count(*) from identity_link where kind = 'link' and reason = 'first contact of this address'",
            5,
        ),
        ("joined", "select count(*) from identity_link where kind = 'link' and reason = 'same verified phone_e164'", 1),
        (
            "what the queue holds has work",
            "select count(*) from session s where control = 'queue' and not exists (
               select from work_item w where w.session_id = s.id)",
            0,
        ),
        (
            "no gap",
            "select count(*) from conversation c where seq <> (
               select count(*) from timeline_item t where t.conversation_id = c.id)",
            0,
        ),
    ];
    for (what, sql, count) in counts {
        let found = stack.count(sql).await?;
        ensure!(found == count, "{what}: {found} instead of {count}");
    }
    let ada = "select count(*) from timeline_item t join party p on p.id = t.party_id
               where p.value = 'n1' and t.kind = 'message'";
    stack.settle(ada, 2, PATIENCE).await?;
    let numbered = "select count(distinct number) from conversation where number > 0";
    stack.settle(numbered, 5, PATIENCE).await?;
    stack.finish().await
}
