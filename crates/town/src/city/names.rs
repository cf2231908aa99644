//! What people and firms of 江城市 are called. Frequent surnames come first and
//! are drawn more often; no list of real persons or firms went into this.

use super::dice::Dice;

const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤";
const SURNAMES_OF_TWO: &[&str] = &["欧阳", "上官", "诸葛", "司马", "慕容"];
const GIVEN_MALE: &str =
    "伟强磊军勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林欢博诚东建国志文成海峰山松子轩泽睿晨阳昊天铭瑞一鸣嘉豪";
const GIVEN_FEMALE: &str = "芳娜敏静丽艳娟霞秀玲桂英兰凤洁梅琳素云莲真环雪荣爱妹红燕彩春菊婷雅佳嘉琼怡婵雁蓓纨仪荷丹蓉眉君琴蕊薇梦岚苑婕馨瑗琰韵融园艺咏卿聪澜纯毓悦昭冰爽琬茗羽希欣飘育滢馥筠柔竹霭凝晓欢霄枫芸菲寒伊亚宜可姬舒影荔枝思子涵梓";
const BRANDS: &str = "华瑞恒信达泰鑫盛宏远安康博东方海天润泽启明星辰卓越诚和嘉业汇通联创新科智云金桥长青";

/// A branch of trade and the words its firms are named with.
pub(crate) const INDUSTRIES: &[(&str, &[&str])] = &[
    ("制造业", &["机械", "电子", "纺织", "塑料", "五金"]),
    ("批发和零售业", &["贸易", "商贸", "百货", "供应链"]),
    ("建筑业", &["建筑工程", "装饰工程"]),
    ("信息传输、软件和信息技术服务业", &["信息技术", "软件", "网络科技"]),
    ("金融业", &["融资担保", "小额贷款"]),
    ("房地产业", &["置业", "物业服务"]),
    ("租赁和商务服务业", &["企业管理", "人力资源", "商务咨询"]),
    ("住宿和餐饮业", &["餐饮管理", "酒店管理"]),
    ("交通运输、仓储和邮政业", &["物流", "运输"]),
    ("科学研究和技术服务业", &["检测技术", "工程设计"]),
];

/// How many firms of a hundred and more belong to each of [`INDUSTRIES`].
pub(crate) const INDUSTRY_WEIGHTS: &[u32] = &[16, 30, 8, 8, 1, 4, 12, 6, 5, 6];

/// The lists as characters, split once and not for every name.
pub(crate) struct Names {
    surnames: Vec<char>,
    male: Vec<char>,
    female: Vec<char>,
    brands: Vec<char>,
}

impl Names {
    pub(crate) fn new() -> Self {
        Self {
            surnames: SURNAMES.chars().collect(),
            male: GIVEN_MALE.chars().collect(),
            female: GIVEN_FEMALE.chars().collect(),
            brands: BRANDS.chars().collect(),
        }
    }

    /// A person's name of two to four characters.
    pub(crate) fn person(&self, dice: &mut Dice, is_male: bool) -> String {
        let mut name = String::new();
        if dice.below(1000) < 5 {
            name.push_str(dice.word(SURNAMES_OF_TWO));
        } else {
            // The lesser of two throws: 王 and 李 lead, as they do in the census.
            let rank = dice.index(self.surnames.len()).min(dice.index(self.surnames.len()));
            name.extend(self.surnames.get(rank));
        }
        let given = if is_male { &self.male } else { &self.female };
        name.extend(given.get(dice.index(given.len())));
        if dice.percent(82) {
            name.extend(given.get(dice.index(given.len())));
        }
        name
    }

    /// A firm's name: 江城瑞达机械有限公司.
    pub(crate) fn firm(&self, dice: &mut Dice, trade_words: &[&str]) -> String {
        let mut name = String::from("江城");
        name.extend(self.brands.get(dice.index(self.brands.len())));
        name.extend(self.brands.get(dice.index(self.brands.len())));
        name.push_str(dice.word(trade_words));
        name.push_str("有限公司");
        name
    }
}
