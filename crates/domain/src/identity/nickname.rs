//! Short forms of given names that no rule of shape finds.
//!
//! A short form that begins its name (Sam, Samantha) needs no entry. Languages without entries lose nothing but these.

/// Groups of forms of one name, folded; a form may stand in several groups.
const FORMS: &[&[&str]] = &[
    &["alexander", "sasha", "sascha", "sandy", "lex", "alek", "alejandro", "olek"],
    &["alexandra", "sasha", "sascha", "sandy", "lexie", "lexi", "sandra", "ola"],
    &["andrew", "drew", "andrzej", "jedrek", "andres", "andreas"],
    &["anthony", "antony", "tony", "anton", "antonio", "antoni", "antek"],
    &["barbara", "basia", "babs", "barb"],
    &["catherine", "katherine", "kathryn", "kate", "katie", "kathy", "cathy", "kasia", "katarzyna", "kitty", "katja"],
    &["charles", "charlie", "chuck", "karl", "carl", "carlos", "karol"],
    &["charlotte", "charlie", "lottie"],
    &["christopher", "kris", "krzysztof", "krzysiek", "christoph"],
    &["christine", "christina", "tina", "krystyna"],
    &["deborah", "debbie", "debra"],
    &["dorothy", "dot", "dolly"],
    &["edward", "ted", "teddy", "ned", "eddie"],
    &["eleanor", "elinor", "nell", "nellie", "ellie", "nora"],
    &["elizabeth", "elisabeth", "liz", "lizzie", "beth", "betty", "betsy", "libby", "eliza", "elzbieta", "ela"],
    &["florence", "florrie", "flossie"],
    &["frances", "fanny"],
    &["francis", "frank", "franciszek", "francisco", "paco"],
    &["frederick", "fritz", "friedrich"],
    &["george", "georg", "jorge", "jerzy", "jurek"],
    &["gregory", "grzegorz", "grzesiek"],
    &["harold", "harry", "hal"],
    &["harriet", "hattie"],
    &["henry", "harry", "hank", "heinrich", "heinz", "henryk"],
    &["isabella", "isabel", "bella", "izzy", "belle"],
    &["jacob", "jake", "jakub", "kuba"],
    &["james", "jim", "jimmy", "jamie"],
    &["jennifer", "jenny"],
    &["john", "jack", "johnny", "johann", "hans", "jan", "juan", "ivan", "giovanni"],
    &["joseph", "joe", "josef", "jose", "pepe", "jozef", "giuseppe"],
    &["lawrence", "laurence", "larry", "lorenz"],
    &["magdalena", "lena"],
    &["margaret", "maggie", "meg", "peggy", "greta", "madge", "marge", "malgorzata", "gosia"],
    &["mary", "molly", "polly"],
    &["matthew", "mateusz", "matthias"],
    &["michael", "mike", "mick", "mickey", "michal", "miguel", "michel", "misha", "mikhail"],
    &["nicholas", "nicolas", "klaus", "mikolaj"],
    &["patricia", "patty", "trish", "tricia"],
    &["patrick", "paddy"],
    &["peter", "piotr", "piotrek", "pedro", "pierre"],
    &["philip", "filip", "felipe", "pip"],
    &["rebecca", "becky", "becca"],
    &["richard", "dick", "rick", "ricky", "ricardo", "ryszard"],
    &["robert", "bob", "bobby", "bert"],
    &["sarah", "sally", "sadie"],
    &["stanislaw", "staszek"],
    &["stephen", "steven", "steve", "stefan", "esteban"],
    &["susan", "suzie", "susie", "suzanne", "zuzanna"],
    &["theodore", "ted", "teddy"],
    &["theresa", "teresa", "tess", "tessa", "terry"],
    &["thomas", "tom", "tommy", "tomasz", "tomek"],
    &["victoria", "tori", "wiktoria"],
    &["william", "bill", "billy", "liam", "wilhelm", "guillermo"],
    &["zachary", "zachariah", "zac", "zack", "zak"],
];

/// Whether both are forms of one given name.
pub(super) fn same_given_name(a: &str, b: &str) -> bool {
    FORMS.iter().any(|forms| forms.contains(&a) && forms.contains(&b))
}

/// Whether a word is a form of a given name.
pub(super) fn listed(word: &str) -> bool {
    FORMS.iter().any(|forms| forms.contains(&word))
}
