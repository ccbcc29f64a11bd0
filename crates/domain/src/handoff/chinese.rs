//! Values in Chinese dialogues: what the customer asked for and what was already told.
//!
//! Chinese writes no spaces, so values are found by their form (`4.5分以上`, `50-100元`, a telephone number) and names
//! by what stands around them, by their ending, and by one speaker repeating what the other said.

use super::{
    Speaker,
    chinese_names::names,
    slot::{Kind, Said, Slot},
};
use regex::Regex;
use std::sync::LazyLock;

type Pattern = LazyLock<Option<Regex>>;

macro_rules! patterns {
    ($($name:ident = $pattern:expr),+ $(,)?) => {
        $(static $name: Pattern = LazyLock::new(|| Regex::new($pattern).ok());)+
    };
}

patterns! {
    RATING = r"\d(?:\.\d)?(?:\s?[-~到至]\s?\d(?:\.\d)?)?分(?:以上|以下)?",
    PRICE = r"\d+(?:\.\d+)?元?(?:\s?[-~到至]\s?\d+(?:\.\d+)?)?(?:元|块钱|块)(?:以上|以下|以内)?",
    FREE = r"免费",
    DURATION = r"\d+(?:\.\d+)?(?:个?小时|天|分钟)?(?:\s?[-~到至]\s?\d+(?:\.\d+)?)?(?:个?小时|天|分钟)",
    SORT = r"[\x{4e00}-\x{9fff}]{2}型",
    PHONE = r"\d{3,4}-\d{7,8}(?:-\d{1,5})?|1[3-9]\d{9}|0\d{9,11}|400\d{7}|\d{7,8}",
    HOURS = r"(?:周[一二三四五六日天][^，。；？！\d]{0,6}|每天\s?)?\d{1,2}:\d{2}\s?[-~至到]\s?(?:次日)?\d{1,2}:\d{2}(?:[\s,、]{0,2}\d{1,2}:\d{2}\s?[-~至到]\s?(?:次日)?\d{1,2}:\d{2})*",
    STATED_ADDRESS = r"(?:地址|位置|位于|坐落)(?:就|在|是|为|于|：|:|它|，|\s){0,4}([^，。！？；：:]{4,45})",
    ADDRESS = r"[\x{4e00}-\x{9fff}]{2,24}?(?:路|街|道|胡同|巷|里|园|村|镇|区|大厦)[^，。！？；\s]{0,14}\d+(?:号|弄|层|米)[^，。！？；\s]{0,22}",
    STATION = r"[\x{4e00}-\x{9fff}]{2,9}地铁站(?:[A-Z]\d?口|[东南西北]+口)?",
    PLATE = r"(?:车型|车牌号?)(?:号?码?)?(?:是|为|：|:|\s)*([#A-Za-z0-9\x{4e00}-\x{9fff}·]{2,10}?)(?:[，,。；、和\s！]|$)|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z]·?[A-Z0-9]{5,6}",
    AND_CODES = r"#[A-Z0-9]{2,}",
    DISH = r"(?:爱吃|想吃|吃到|吃点|吃个|吃|品尝|尝尝|能做|有道|有)([\x{4e00}-\x{9fff}a-zA-Z、和]{2,16}?)(?:这道|这个菜|这菜|的餐|的餐厅|的饭|的店|的，|的呢|的吗|并且|，|,|。|？|！|了|吗|$)",
    TOLD_DISH = r"(?:推荐菜|招牌菜|特色菜|拿手菜|菜品)(?:是|有|为|包括|：|:|品|很多|，|,|\s){0,6}([^。！？；;]{2,60})",
    ORDER = r"[A-Za-z]{1,4}-?\d{5,24}|\d{9,24}",
    ROUTE = r"从([^，。？！]{2,28}?)(?:到|去|前往|至)([^，。？！]{2,28}?)(?:的|，|。|？|！|吗|附近|打|坐|$)",
}

/// Words that name what is talked about.
const SUBJECTS: &[(&str, &str)] = &[
    ("酒店", "酒店"),
    ("宾馆", "酒店"),
    ("住宿", "酒店"),
    ("餐馆", "餐馆"),
    ("餐厅", "餐馆"),
    ("用餐", "餐馆"),
    ("吃饭", "餐馆"),
    ("想吃", "餐馆"),
    ("人均", "餐馆"),
    ("推荐菜", "餐馆"),
    ("景点", "景点"),
    ("游玩", "景点"),
    ("门票", "景点"),
    ("好玩", "景点"),
    ("地铁", "地铁"),
    ("出租", "出租车"),
    ("打车", "出租车"),
    ("订单", "订单"),
    ("快递", "物流"),
    ("物流", "物流"),
    ("退款", "退款"),
    ("退货", "退货"),
    ("换货", "退货"),
    ("发票", "发票"),
    ("账号", "账号"),
    ("账户", "账号"),
    ("会员", "会员"),
    ("优惠券", "优惠券"),
];

/// All slots of a dialogue, in the order they were said.
pub(super) fn slots(turns: &[Said<'_>]) -> Vec<Slot> {
    let mut found: Vec<Slot> = Vec::new();
    let mut running = "";
    let named = names(turns);
    for (turn, said) in turns.iter().enumerate() {
        let marks = subjects(said.text);
        let mut taken: Vec<(usize, Kind, String)> = Vec::new();
        forms(said, &mut taken);
        if said.speaker == Speaker::Customer {
            wishes(said.text, &mut taken);
        } else {
            told(said.text, turn.checked_sub(1).and_then(|i| turns.get(i)).map_or("", |t| t.text), &mut taken);
        }
        for name in named.iter().filter(|name| name.turn == turn) {
            if !taken.iter().any(|(_, kind, value)| *kind != Kind::Station && value.contains(&name.text)) {
                taken.push((name.at, Kind::Name, name.text.clone()));
            }
        }
        taken.sort_by_key(|(at, _, _)| *at);
        for (at, kind, value) in taken {
            let subject = nearest(&marks, at).unwrap_or(running);
            let slot = Slot { subject, kind, value, turn, speaker: said.speaker };
            if !found.iter().any(|old| old.kind == slot.kind && old.value == slot.value && old.subject == slot.subject)
            {
                found.push(slot);
            }
        }
        if let Some((_, last)) = marks.last() {
            running = last;
        }
    }
    found
}

fn subjects(text: &str) -> Vec<(usize, &'static str)> {
    let mut found: Vec<(usize, &'static str)> = SUBJECTS
        .iter()
        .flat_map(|(word, subject)| text.match_indices(word).map(move |(at, _)| (at, *subject)))
        // A hotel inside brackets or before "(" is part of a name, not of the request.
        .filter(|(at, _)| !text[*at..].chars().nth(2).is_some_and(|c| matches!(c, '(' | '（')))
        .collect();
    found.sort_unstable();
    found
}

/// The subject nearest to a byte, with what follows a little ahead of what went before.
fn nearest(marks: &[(usize, &'static str)], at: usize) -> Option<&'static str> {
    marks.iter().min_by_key(|(mark, _)| if *mark >= at { mark - at } else { (at - mark) * 2 }).map(|(_, s)| *s)
}

fn each(pattern: &Pattern, text: &str, mut take: impl FnMut(usize, &str)) {
    if let Some(pattern) = pattern.as_ref() {
        for hit in pattern.captures_iter(text) {
            if let Some(hit) = hit.get(1).or_else(|| hit.get(0)) {
                take(hit.start(), hit.as_str());
            }
        }
    }
}

/// Values known by their form, whoever says them.
fn forms(said: &Said<'_>, taken: &mut Vec<(usize, Kind, String)>) {
    let mut push = |kind: Kind, at: usize, value: &str| {
        let overlaps = |(old, _, text): &(usize, Kind, String)| at < *old + text.len() && *old < at + value.len();
        if !taken.iter().any(overlaps) {
            taken.push((at, kind, value.to_owned()));
        }
    };
    each(&HOURS, said.text, |at, value| push(Kind::Hours, at, value));
    each(&PHONE, said.text, |at, value| {
        // Digits inside a longer number, or behind letters, are no telephone number.
        let outside = |c: Option<char>| !c.is_some_and(|c| c.is_ascii_alphanumeric());
        let (before, behind) = (&said.text[..at], &said.text[at + value.len()..]);
        if outside(before.chars().next_back()) && outside(behind.chars().next()) {
            push(if order(before) { Kind::Reference } else { Kind::Phone }, at, value);
        }
    });
    each(&ORDER, said.text, |at, value| push(Kind::Reference, at, value));
    each(&RATING, said.text, |at, value| push(Kind::Rating, at, value));
    each(&PRICE, said.text, |at, value| push(Kind::Price, at, value));
    each(&DURATION, said.text, |at, value| {
        if !value.starts_with("24") {
            push(Kind::Duration, at, value);
        }
    });
    each(&SORT, said.text, |at, value| {
        if !matches!(value, "类型" | "车型") && !value.ends_with("类型") && !value.ends_with("车型") {
            push(Kind::Sort, at, value);
        }
    });
    each(&FREE, said.text, |at, value| match said.text[..at].strip_suffix('不') {
        Some(before) => push(Kind::Price, before.len(), "不免费"),
        None => push(Kind::Price, at, value),
    });
    each(&PLATE, said.text, |at, value| {
        if !value.contains(['车', '多', '什', '哪']) {
            push(Kind::Vehicle, at, value);
        }
    });
    each(&AND_CODES, said.text, |at, value| push(Kind::Vehicle, at, value));
    if said.speaker != Speaker::Customer {
        each(&STATION, said.text, |at, value| {
            let cut = ["分别", "是", "在", "和", "到", "的", "为", "有", "从", "：", "近", "您"]
                .iter()
                .filter_map(|mark| value.rfind(mark).map(|i| i + mark.len()))
                .filter(|i| value[*i..].chars().count() > 4)
                .max()
                .unwrap_or(0);
            push(Kind::Station, at + cut, &value[cut..]);
        });
    }
}

/// Whether what stands before a number calls it the number of an order.
fn order(before: &str) -> bool {
    let near: String = before.chars().rev().take(6).collect::<Vec<_>>().into_iter().rev().collect();
    ["单号", "订单", "编号"].iter().any(|word| near.contains(word))
}

/// What a customer would like: dishes and routes.
fn wishes(text: &str, taken: &mut Vec<(usize, Kind, String)>) {
    each(&DISH, text, |at, value| {
        for dish in value.split(['、', '和']) {
            if is_dish(dish) {
                taken.push((at, Kind::Dish, dish.to_owned()));
            }
        }
    });
    if let Some(route) = ROUTE.as_ref().and_then(|pattern| pattern.captures(text)) {
        for (group, kind) in [(1, Kind::From), (2, Kind::To)] {
            let Some(place) = route.get(group) else { continue };
            // How one goes there is no part of the place.
            let ends = ["乘坐", "坐地铁", "坐车", "打车", "乘"].iter().filter_map(|word| place.as_str().find(word));
            let name = &place.as_str()[..ends.min().unwrap_or(place.len())];
            if name.chars().count() > 1 {
                taken.push((place.start(), kind, name.to_owned()));
            }
        }
    }
}

fn is_dish(dish: &str) -> bool {
    const NOT: &[&str] = &[
        "什么", "哪", "啥", "服务", "酒店", "餐馆", "餐厅", "景点", "地方", "好吃", "吃的", "没有", "推荐", "合适",
        "饭", "东西", "东", "别的", "其他", "其它", "一家", "几", "多少", "好的", "这", "那", "个", "点", "评分",
        "人均", "地铁", "电话", "符合", "您", "你", "我", "无烟", "免费", "接待", "早餐", "停车", "宽带", "健身",
        "会议", "吹风", "国际", "叫醒", "洗衣", "租车", "热水", "行李", "公共", "wifi", "WIFI", "Wifi", "顿", "完",
        "好", "的", "附近", "周边", "时间", "价格", "看", "去", "玩", "名", "家", "店", "问题", "需要", "关系", "空",
        "趣", "机会", "是", "它", "就", "强", "咱", "了", "力", "室外", "啊", "呀", "一尝", "感受", "特色", "方便",
        "同样", "名气", "给", "还", "关", "必要", "兴趣", "请", "要", "能", "可", "很", "什", "多", "哦", "吗",
    ];
    let length = dish.chars().count();
    (2..=9).contains(&length)
        && !NOT.iter().any(|word| if word.chars().count() == 1 { dish.starts_with(word) } else { dish.contains(word) })
}

/// What the customer was told: addresses and dishes.
fn told(text: &str, asked: &str, taken: &mut Vec<(usize, Kind, String)>) {
    let had = taken.len();
    each(&STATED_ADDRESS, text, |at, value| {
        let value = value.trim_end_matches(['呢', '啊', '哦', '哈', '呀', '的', '哟']);
        if !value.contains("什么") && !value.starts_with(['和', '、']) {
            taken.push((at, Kind::Address, value.to_owned()));
        }
    });
    if taken.len() == had && ["地址", "在哪", "位置", "哪里", "哪儿"].iter().any(|word| asked.contains(word))
    {
        each(&ADDRESS, text, |at, value| {
            let value = value.trim_start_matches(['在', '是', '就', '它', '这', '家', '店', '您', '好', '的']);
            let value = value.trim_end_matches(['呢', '啊', '哦', '哈', '呀', '的', '哟']);
            taken.push((at, Kind::Address, value.to_owned()));
        });
    }
    each(&TOLD_DISH, text, |at, value| {
        let stop = value.find(['，']).filter(|_| !value.contains('、')).unwrap_or(value.len());
        for dish in value[..stop].split(['、', ',', '，', '和']).map(str::trim).take(3) {
            let dish = dish.split("等").next().unwrap_or(dish);
            if is_dish(dish) && (2..=10).contains(&dish.chars().count()) {
                taken.push((at, Kind::Dish, dish.to_owned()));
            }
        }
    });
}
