//! Knowledge is written, reviewed and published; each reader finds what is written for them, in English and Chinese; agents
//! get it suggested; partners must have learned it.

use super::{PATIENCE, main_job::reqwest_client, unix};
use anyhow::{Context, Result, ensure};
use meridian_lab::agent::Agent;
use meridian_testkit::Stack;
use serde_json::{Value, json};

const SAVE: &str = "mutation($i: KnowledgeArticleSaveInput!) { knowledgeArticleSave(input: $i) {
    article { id } revision userErrors { field message } } }";
const SEARCH: &str = "query($q: String!, $l: String) { knowledgeSearch(query: $q, language: $l) { title language revision excerpt } }";

async fn signed_in(stack: &Stack, name: &str) -> Result<Agent> {
    Agent::sign_in(&stack.base, "demo", &format!("{name}@demo.example"), &stack.demo.password).await
}

struct Keeper {
    sam: Agent,
    ada: Agent,
    space: String,
}

impl Keeper {
    async fn step(&self, who: &Agent, name: &str, article: &str, language: &str, revision: i64) -> Result<Value> {
        let field = format!("knowledgeRevision{name}");
        let document = format!(
            "mutation($i: KnowledgeRevisionInput!) {{ {field}(input: $i) {{ userErrors {{ message }} article {{
               acceptedCount revisions {{ language revision state }} }} }} }}"
        );
        let input = json!({ "knowledgeArticleId": article, "language": language, "revision": revision });
        Ok(who.query(&document, json!({ "i": input })).await?[&field].clone())
    }

    /// Writes a text, hands it in and has it published by somebody else; the article.
    async fn publish(&self, article: Option<&str>, audience: &[&str], text: Value) -> Result<String> {
        let input = json!({ "knowledgeArticleId": article, "knowledgeSpaceId": self.space, "audience": audience, "text": text });
        let saved = self.sam.query(SAVE, json!({ "i": input })).await?["knowledgeArticleSave"].clone();
        let id = saved["article"]["id"].as_str().with_context(|| saved.to_string())?.to_owned();
        let (language, revision) = (text["language"].as_str().context("language")?, saved["revision"].as_i64());
        let revision = revision.context("revision")?;
        let draft = self.step(&self.ada, "Publish", &id, language, revision).await?;
        ensure!(draft["userErrors"][0]["message"] == "a draft is handed in for review first", "{draft}");
        self.step(&self.sam, "Submit", &id, language, revision).await?;
        let own = self.step(&self.sam, "Publish", &id, language, revision).await?;
        ensure!(own["userErrors"][0]["message"] == "somebody else reviews what you wrote", "{own}");
        let done = self.step(&self.ada, "Publish", &id, language, revision).await?;
        ensure!(done["userErrors"] == json!([]), "{done}");
        Ok(id)
    }
}

async fn titles(who: &Agent, question: &str, language: Option<&str>) -> Result<Vec<String>> {
    let found = who.query(SEARCH, json!({ "q": question, "l": language })).await?;
    let list = found["knowledgeSearch"].as_array().with_context(|| found.to_string())?;
    Ok(list.iter().filter_map(|hit| hit["title"].as_str().map(str::to_owned)).collect())
}

fn text(language: &str, title: &str, body: &str) -> Value {
    json!({ "language": language, "title": title, "body": body })
}

/// Each reader finds their own, best first.
async fn found(stack: &Stack, keeper: &Keeper) -> Result<String> {
    let (ana, ravi) = (signed_in(stack, "ana").await?, signed_in(stack, "ravi").await?);
    let english = text("en", "Refunds", "Refunds take five working days. They go to the card that paid.");
    let refunds = keeper.publish(None, &["AGENT", "PARTNER"], english).await?;
    let chinese = text("zh-Hans", "退款时间", "退款需要五个工作日到账。原路退回付款的银行卡。");
    keeper.publish(Some(&refunds), &["AGENT", "PARTNER"], chinese).await?;
    let parcels = text("en", "Parcels", "Parcels leave within a day. A parcel that is lost is paid back: see refunds.");
    keeper.publish(None, &["AGENT"], parcels).await?;
    keeper.publish(None, &["BOT"], text("en", "For bots", "Say that refunds take a while.")).await?;
    assert_eq!(titles(&ana, "When do I get my refund?", None).await?, ["Refunds", "Parcels"]);
    assert_eq!(titles(&ana, "退款多久到账", None).await?, ["退款时间"]);
    assert_eq!(titles(&ana, "退款 refund", Some("zh")).await?, ["退款时间"]);
    assert_eq!(titles(&ana, "please help me", None).await?, Vec::<String>::new());
    stack.sql("update agent set outsourced = true where email like 'ravi@%'").await?;
    assert_eq!(titles(&ravi, "refunds of lost parcels", None).await?, ["Refunds"], "partners see what is for partners");
    Ok(refunds)
}

/// The customer's newest message brings a suggestion, and what became of it is counted.
async fn suggested(stack: &Stack, keeper: &Keeper, refunds: &str) -> Result<()> {
    let ana = signed_in(stack, "ana").await?;
    let whatsapp = stack.whatsapp()?;
    let asked = whatsapp.text("447700900671", "Ida", "wamid.k1", "Hello, how long does a refund take?", unix());
    whatsapp.post(&reqwest_client(), &asked).await?;
    stack.settle("select count(*) from timeline_item where kind = 'message'", 1, PATIENCE).await?;
    let conversation = stack.texts("select 'cnv_' || replace(id::text, '-', '') from conversation").await?.remove(0);
    let look = "query($c: ID!) { knowledgeSuggestions(conversationId: $c) { itemId hits { articleId title language excerpt } } }";
    let seen = ana.query(look, json!({ "c": conversation })).await?["knowledgeSuggestions"].clone();
    let first = &seen["hits"][0];
    assert_eq!((&first["title"], &first["articleId"]), (&json!("Refunds"), &json!(refunds)), "{seen}");
    assert_eq!(first["excerpt"], "Refunds take five working days.");
    let answer = "mutation($i: KnowledgeSuggestionAnswerInput!) { knowledgeSuggestionAnswer(input: $i) { userErrors { message } } }";
    let input = json!({ "itemId": seen["itemId"], "knowledgeArticleId": refunds, "language": "en", "accepted": true });
    let done = ana.query(answer, json!({ "i": input })).await?;
    assert_eq!(done["knowledgeSuggestionAnswer"]["userErrors"], json!([]));
    let counts = "query($a: ID!) { knowledgeArticle(knowledgeArticleId: $a) { acceptedCount ignoredCount revisions { state } } }";
    let seen = keeper.sam.query(counts, json!({ "a": refunds })).await?["knowledgeArticle"].clone();
    assert_eq!((&seen["acceptedCount"], &seen["ignoredCount"]), (&json!(1), &json!(0)), "{seen}");
    Ok(())
}

/// Each publication for partners raises what they must have learned.
async fn learned(stack: &Stack, keeper: &Keeper, refunds: &str) -> Result<()> {
    let ravi = signed_in(stack, "ravi").await?;
    let queues = keeper.ada.query("{ queues { id } }", json!({})).await?;
    let rule = "mutation($q: ID!) { queueOverflowSave(input: { queueId: $q, rule: { openWaiting: 2, currentRevision: true } }) {
        queue { overflow { requiredRevision currentRevision } } userErrors { message } } }";
    let saved = keeper.ada.query(rule, json!({ "q": queues["queues"][0]["id"] })).await?["queueOverflowSave"].clone();
    assert_eq!(saved["queue"]["overflow"], json!({ "requiredRevision": 2, "currentRevision": true }), "{saved}");
    let more = text("en", "Refunds", "Refunds take three working days.");
    keeper.publish(Some(refunds), &["AGENT", "PARTNER"], more).await?;
    let look = "{ knowledgeRevision queues { overflow { requiredRevision } } }";
    let seen = keeper.ada.query(look, json!({})).await?;
    assert_eq!((&seen["knowledgeRevision"], &seen["queues"][0]["overflow"]["requiredRevision"]), (&json!(3), &json!(3)));
    let learn = "mutation($r: Int!) { knowledgeLearn(input: { revision: $r }) { revision userErrors { message } } }";
    let stale = ravi.query(learn, json!({ "r": 2 })).await?;
    ensure!(stale["knowledgeLearn"]["revision"].is_null(), "{stale}");
    let done = ravi.query(learn, json!({ "r": 3 })).await?;
    assert_eq!(done["knowledgeLearn"]["revision"], 3, "{done}");
    assert_eq!(stack.count("select knowledge_revision::bigint from agent where email like 'ravi@%'").await?, 3);
    // Taken back: the first revision takes the place of the second.
    let back = keeper.step(&keeper.sam, "Publish", refunds, "en", 1).await?;
    let states: Vec<&str> = back["article"]["revisions"]
        .as_array()
        .with_context(|| back.to_string())?
        .iter()
        .filter(|one| one["language"] == "en")
        .filter_map(|one| one["state"].as_str())
        .collect();
    assert_eq!(states, ["SUPERSEDED", "PUBLISHED"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_published_is_found_by_whom_it_is_for() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (sam, ada, ana) =
        (signed_in(&stack, "sam").await?, signed_in(&stack, "ada").await?, signed_in(&stack, "ana").await?);
    let make = "mutation { knowledgeSpaceSave(input: { name: \"Orders\" }) { space { id } userErrors { message } } }";
    ensure!(ana.send(make, json!({})).await?["errors"].is_array(), "agents do not keep the knowledge");
    let made = sam.query(make, json!({})).await?["knowledgeSpaceSave"].clone();
    let space = made["space"]["id"].as_str().with_context(|| made.to_string())?.to_owned();
    let twice = sam.query(make, json!({})).await?;
    assert_eq!(twice["knowledgeSpaceSave"]["userErrors"][0]["message"], "this name is taken");
    let keeper = Keeper { sam, ada, space };
    let refunds = found(&stack, &keeper).await?;
    suggested(&stack, &keeper, &refunds).await?;
    learned(&stack, &keeper, &refunds).await?;
    let archive = "mutation($a: ID!) { knowledgeArticleArchive(input: { knowledgeArticleId: $a }) { userErrors { message } } }";
    keeper.sam.query(archive, json!({ "a": refunds })).await?;
    assert_eq!(titles(&ana, "refund", None).await?, ["Parcels"]);
    stack.finish().await
}
