//! Who plays: the organisations and people of 江城市, all invented.
//!
//! A row here is everything there is to know about a person; the story signs
//! them in by their login name.

/// The password of everybody in the demonstration.
pub const PASSWORD: &str = "jiangcheng-2026-demo";

/// An organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Organisation {
    /// The short word by which the story knows it.
    pub word: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The same in English.
    pub english: &'static str,
    /// The first 17 characters of its credit code; the check is computed.
    pub credit_code17: &'static str,
    /// What it may be.
    pub roles: &'static [&'static str],
    /// `legal_person` for an entity.
    pub entity_kind: Option<&'static str>,
}

/// A person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person {
    /// Login name.
    pub login: &'static str,
    /// Name.
    pub name: &'static str,
    /// What they do, for those who look around.
    pub task: &'static str,
    /// [`Organisation::word`].
    pub organisation: &'static str,
    /// Their role.
    pub role: &'static str,
}

const fn organisation(
    word: &'static str,
    name: &'static str,
    english: &'static str,
    credit_code17: &'static str,
    roles: &'static [&'static str],
    entity_kind: Option<&'static str>,
) -> Organisation {
    Organisation { word, name, english, credit_code17, roles, entity_kind }
}

const fn person(
    login: &'static str,
    name: &'static str,
    task: &'static str,
    organisation: &'static str,
    role: &'static str,
) -> Person {
    Person { login, name, task, organisation, role }
}

/// Who runs the platform; it takes no other part.
pub const PLATFORM: Organisation = organisation(
    "platform",
    "江城市公共数据平台运行中心",
    "platform operations centre",
    "12430100MB1A00077",
    &[],
    None,
);

/// Every organisation.
pub const ORGANISATIONS: &[Organisation] = &[
    organisation("bureau", "江城市数据局", "data bureau", "11430100MB1A00001", &["regulator"], None),
    organisation("centre", "江城市大数据中心", "big data centre", "12430100MB1A00002", &["agency"], None),
    organisation("fund", "江城市住房公积金管理中心", "provident fund centre", "12430100MB1A00003", &["source"], None),
    organisation("transport", "江城市交通运输局", "transport bureau", "11430100MB1A00004", &["source"], None),
    organisation("environment", "江城市生态环境局", "environment bureau", "11430100MB1A00005", &["source"], None),
    organisation("police", "江城市公安局", "police bureau", "11430100MB1A00006", &["source"], None),
    organisation("finance", "江城市地方金融管理局", "local finance bureau", "11430100MB1A00007", &["source"], None),
    organisation("operator", "江城数据运营有限公司", "data operator", "91430100MA4A00008", &["operator"], None),
    organisation("bank", "江城银行股份有限公司", "bank", "91430100MA4A00009", &["entity"], Some("legal_person")),
    organisation(
        "welfare",
        "江城市城东区民政局",
        "district civil affairs",
        "11430100MB1A00010",
        &["entity"],
        Some("legal_person"),
    ),
    organisation(
        "lender",
        "江城消费金融有限公司",
        "lender without contract",
        "91430100MA4A00011",
        &["entity"],
        Some("legal_person"),
    ),
    organisation("citizens", "江城市市民服务中心", "citizens' hall", "12430100MB1A00012", &["subject"], None),
];

/// Everybody.
pub const PEOPLE: &[Person] = &[
    person("he.zhiyuan", "贺知远", "主管监管 regulates", "bureau", "regulator"),
    person("xu.lan", "徐岚", "审定方案 decides on schemes", "bureau", "regulator"),
    person("fang.ming", "方明", "起草授权 drafts agreements", "centre", "agency"),
    person("tan.hui", "谭慧", "审核 reviews", "centre", "agency"),
    person("luo.chuan", "罗川", "审核 reviews", "centre", "agency"),
    person("zhou.min", "周敏", "公积金数据 provident fund data", "fund", "source"),
    person("feng.yi", "冯毅", "停车数据 parking data", "transport", "source"),
    person("bai.lu", "白露", "空气数据 air data", "environment", "source"),
    person("meng.fan", "孟凡", "人口数据 population data", "police", "source"),
    person("shi.lei", "石磊", "信贷数据 credit data", "finance", "source"),
    person("lu.yao", "陆遥", "编写查询 writes queries", "operator", "operator"),
    person("su.he", "苏禾", "自查与签署 checks and signs", "operator", "operator"),
    person("qin.yue", "秦岳", "信贷审批 lends", "bank", "entity"),
    person("xia.ning", "夏宁", "民政救助 gives relief", "welfare", "entity"),
    person("jia.yi", "贾一", "无合同 has no contract", "lender", "entity"),
    person("shen.an", "沈安", "市民 a citizen", "citizens", "subject"),
];

impl Organisation {
    /// Its credit code, with the check character.
    pub fn credit_code(&self) -> String {
        let check = shuyu_model::identifier::credit_code_check(self.credit_code17);
        self.credit_code17.chars().chain(check).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_organisation_has_a_valid_credit_code_of_its_own() {
        let codes: std::collections::HashSet<_> = ORGANISATIONS.iter().map(Organisation::credit_code).collect();
        assert_eq!(codes.len(), ORGANISATIONS.len());
        assert!(codes.iter().all(|code| shuyu_model::identifier::is_credit_code(code)), "{codes:?}");
    }

    #[test]
    fn everybody_works_for_an_organisation_that_has_their_role() {
        for person in PEOPLE {
            let organisation = ORGANISATIONS.iter().find(|o| o.word == person.organisation);
            assert!(organisation.is_some_and(|o| o.roles.contains(&person.role)), "{}", person.login);
            assert!(shuyu_model::Role::parse(person.role).is_some());
        }
    }
}
