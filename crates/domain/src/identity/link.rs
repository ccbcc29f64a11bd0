//! Records of customers to persons, offline: block, compare, score, cluster.

use super::{
    block::Blocks,
    cluster::{FACTS, Limits, Stand, Verdict, agglomerate},
    compare::Role,
    fellegi::Model,
    pairing::{Cache, Levels, MISSING, Records},
};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Words that name a column, by role; compared lower case without separators.
const HEADERS: &[(Role, &[&str])] = &[
    (
        Role::Given,
        &["givenname", "firstname", "forename", "given", "first", "namefirst", "vorname", "prenom", "nombre", "imie"],
    ),
    (
        Role::Family,
        &[
            "surname",
            "lastname",
            "familyname",
            "family",
            "last",
            "namelast",
            "nachname",
            "nom",
            "apellido",
            "apellidos",
            "nazwisko",
        ],
    ),
    (Role::FullName, &["fullname", "name", "displayname", "namefull", "primarynamefull", "customername", "nameorg"]),
    (
        Role::Birth,
        &[
            "dob",
            "dateofbirth",
            "birthdate",
            "birthday",
            "born",
            "geburtsdatum",
            "datadeurodzenia",
            "fechadenacimiento",
        ],
    ),
    (Role::Postcode, &["postcode", "postalcode", "zip", "zipcode", "plz", "addrpostalcode", "kodpocztowy", "cp"]),
    (
        Role::Place,
        &["city", "town", "suburb", "birthplace", "place", "locality", "addrcity", "ort", "ville", "ciudad", "miasto"],
    ),
    (
        Role::Street,
        &[
            "street",
            "address",
            "address1",
            "address2",
            "addressline1",
            "addressline2",
            "addrline1",
            "addrfull",
            "streetname",
        ],
    ),
    (Role::Mail, &["email", "mail", "emailaddress"]),
    (Role::Phone, &["phone", "phonenumber", "mobile", "tel", "telephone", "msisdn"]),
    (
        Role::Document,
        &[
            "socsecid",
            "ssn",
            "ssnnumber",
            "nationalid",
            "passport",
            "passportnumber",
            "document",
            "documentno",
            "account",
            "accountno",
            "accountnumber",
            "taxid",
            "driverslicensenumber",
            "pesel",
            "customerno",
        ],
    ),
    (
        Role::Category,
        &[
            "gender",
            "sex",
            "occupation",
            "state",
            "addrstate",
            "streetnumber",
            "housenumber",
            "country",
            "title",
            "profession",
        ],
    ),
];

/// The role of a column by its header, if it is known; endings like `_2` or `_fake` after a known word are forgiven.
pub fn role_of(header: &str) -> Option<Role> {
    let plain =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let find = |word: &str| HEADERS.iter().find(|(_, words)| words.contains(&word)).map(|(role, _)| *role);
    find(&plain(header)).or_else(|| {
        let (start, _) = header.rsplit_once(['_', ' ', '-', '.'])?;
        find(&plain(start))
    })
}

/// The role of a name in a mapping file.
pub fn role_named(name: &str) -> Option<Role> {
    Some(match name {
        "given" => Role::Given,
        "family" => Role::Family,
        "full_name" => Role::FullName,
        "birth" => Role::Birth,
        "postcode" => Role::Postcode,
        "place" => Role::Place,
        "street" => Role::Street,
        "mail" => Role::Mail,
        "phone" => Role::Phone,
        "document" => Role::Document,
        "category" => Role::Category,
        _ => return None,
    })
}

/// Settings of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Settings {
    /// When clusters may join.
    pub limits: Limits,
}

/// The cluster number of every record. The outcome depends on the records only.
pub fn link(records: &Records, settings: Settings) -> Vec<usize> {
    let mut model = Model::learn(records);
    let mut scored = scored(records, &model);
    let shift = prior_shift(records, model.prior, &scored);
    model.prior += shift;
    for (score, _, _) in &mut scored {
        *score += shift as f32;
    }
    let mut cache = records.cache();
    let judge = Judge {
        records,
        model: &model,
        facts: records.hard_facts(),
        categories: records.comparisons().map(|role| role == Role::Category).collect(),
    };
    agglomerate(records.len(), scored, settings.limits, |a, b| judge.verdict(a, b, &mut cache))
}

/// A pair below this score is as good as none, wherever the prior moves.
const HOPELESS: f64 = -6.0;

/// Records that one thread takes at a time.
const SHARE: usize = 4096;

/// All pairs worth a thought with their scores, in order of their records. Threads share the work, whose outcome does
/// not depend on how many there are.
fn scored(records: &Records, model: &Model) -> Vec<(f32, u32, u32)> {
    let blocks = Blocks::new(records);
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(records.len() / SHARE + 1);
    let work = || {
        let (mut cache, mut levels, mut partners, mut out) =
            (records.cache(), Levels::default(), Vec::new(), Vec::new());
        loop {
            let from = next.fetch_add(SHARE, Ordering::Relaxed);
            if from >= records.len() {
                return out;
            }
            for record in from..(from + SHARE).min(records.len()) {
                blocks.partners(record as u32, &mut partners);
                for &other in &partners {
                    records.compare_into(record, other as usize, &mut cache, &mut levels);
                    let score = model.score(&levels);
                    if score > HOPELESS {
                        out.push((score as f32, record as u32, other));
                    }
                }
            }
        }
    };
    let mut scored = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        for other in others {
            // A thread that died has lost pairs: its panic is ours.
            all.extend(other.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)));
        }
        all
    });
    scored.sort_unstable_by_key(|(_, record, other)| (*record, *other));
    scored
}

/// Judges pairs of records for the joining of clusters.
struct Judge<'a> {
    records: &'a Records,
    model: &'a Model,
    facts: [Vec<(usize, Role)>; FACTS],
    /// By comparison: whether it has few values.
    categories: Vec<bool>,
}

impl Judge<'_> {
    fn verdict(&self, a: u32, b: u32, cache: &mut Cache) -> Verdict {
        // Always in one order, so that a pair has one verdict.
        let levels = self.records.compare(a.min(b) as usize, a.max(b) as usize, cache);
        let agrees = |(level, category): &(&u8, &bool)| !**category && **level != MISSING && **level > 0;
        Verdict {
            score: self.model.score(&levels),
            agreeing: levels.levels.iter().zip(&self.categories).filter(agrees).count(),
            facts: self.facts.each_ref().map(|columns| stand(columns, &levels)),
        }
    }
}

/// How two records stand in a fact that several columns may tell: one that is alike settles it. Birth dates a slip apart
/// prove nothing: there are too many of them.
pub(super) fn stand(columns: &[(usize, Role)], levels: &Levels) -> Option<Stand> {
    let told = columns.iter().filter_map(|(at, role)| Some((*levels.levels.get(*at)?, role)));
    let stands = told.filter(|(level, _)| *level != MISSING).map(|(level, role)| match usize::from(level) {
        0 => Stand::Unlike,
        level if level == role.levels() || level + 1 == role.levels() && *role != Role::Birth && level > 1 => {
            Stand::Alike
        }
        _ => Stand::Unsure,
    });
    stands.max_by_key(|stand| *stand as u8)
}

/// How far the prior must move so that it foretells as many pairs of one person as the scores find.
fn prior_shift(records: &Records, prior: f64, scored: &[(f32, u32, u32)]) -> f64 {
    let n = records.len() as f64;
    let all = (n * (n - 1.0) / 2.0).max(1.0);
    let mut shift = 0.0;
    for _ in 0..5 {
        let found: f64 = scored.iter().map(|(score, _, _)| 1.0 / (1.0 + (-(f64::from(*score) + shift)).exp())).sum();
        let share = (found.max(1.0) / all).min(0.5);
        shift = ((share / (1.0 - share)).ln() - prior).clamp(-3.0, 3.0);
    }
    shift
}
