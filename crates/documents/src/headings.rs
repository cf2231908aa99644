//! What people call the contents that the rules prescribe for schemes and agreements
//! (`[[matter.*.contents_required]]`), and the marks of an assessment.

/// Key and heading.
const HEADINGS: &[(&str, &str)] = &[
    ("name", "授权运营名称"),
    ("necessity_and_feasibility", "必要性和可行性论证"),
    ("operator_conditions", "运营机构的选择条件"),
    ("mode", "授权运营模式"),
    ("data_scope", "数据资源范围和目录"),
    ("term", "运营期限"),
    ("exit", "退出机制"),
    ("term_and_exit", "期限、实施进度、评价标准和退出机制"),
    ("term_and_conditions", "期限及条件"),
    ("product_list", "拟提供的公共数据产品和服务清单"),
    ("product_list_and_reviews", "产品和服务清单及技术标准、安全审核、合规审查要求"),
    ("cost_and_revenue", "成本收入核算和收益分配机制"),
    ("revenue_sharing", "收益分配"),
    ("security", "安全、个人信息、风险监测和应急"),
    ("security_and_emergency", "安全、个人信息保护和应急处置措施"),
    ("rights_and_duties", "各方权利义务"),
    ("supervision_and_assessment", "监督管理及考核评价"),
    ("platform", "技术支撑平台"),
    ("ownership", "软硬件设备和产品权属"),
    ("disclosure_and_no_redevelopment", "信息披露和不得再开发的约定"),
    ("assessment_renewal_exit", "绩效评价、续约或退出"),
    ("breach", "违约责任"),
    ("disputes", "争议解决"),
    ("change_and_termination", "变更和终止"),
    ("termination", "协议终止情形"),
    ("fees", "服务费用"),
    ("scenario", "应用场景"),
    ("solution", "解决方案"),
    ("implementation", "实施计划"),
    ("content", "数据运营的内容"),
    ("scope", "数据运营的范围"),
    ("term_years", "授权运营期限（年）"),
    ("exit_grounds", "退出情形"),
    ("indicators", "考核指标"),
    ("cost_items", "成本核算项目"),
    ("revenue_shares", "收益分配比例"),
    ("mode_reason", "采用分领域授权的理由"),
    ("scope_resources", "资源清单"),
    ("field_or_scenario", "领域或场景"),
    ("value_adding", "数据增值潜力"),
    ("benefit", "经济社会发展、产业或科研效益"),
    ("owner_share", "数据所有方收益比例"),
    ("operator_share", "运营主体收益比例"),
    ("processor_share", "加工主体收益比例"),
    ("form", "形式"),
    ("round", "轮次"),
    ("result", "结论"),
    ("use_of_result", "结果运用"),
    ("figures_explained", "数据差异核查说明"),
    ("platform_rules", "平台管理制度落实"),
    ("staff", "工作人员管理"),
    ("judgement", "研判结论"),
    ("measures", "措施"),
    ("findings", "评估发现"),
    ("contribution_of_sources", "数据提供单位贡献"),
];

/// The heading of a key; the key itself where it has none.
pub(crate) fn heading(key: &str) -> &str {
    HEADINGS.iter().find(|(known, _)| *known == key).map_or(key, |(_, heading)| heading)
}

#[cfg(test)]
mod tests {
    use shuyu_model::matter::MatterKind;
    use shuyu_registry::rules;

    #[test]
    fn every_content_of_a_scheme_and_an_agreement_has_a_heading_under_every_regime() {
        let mut seen = 0;
        for code in rules::codes() {
            let regime = rules::shipped(code).unwrap().regime;
            for (kind, at) in [(MatterKind::Scheme, "submit"), (MatterKind::OperatorSelection, "sign")] {
                let Some(rules) = regime.matter.get(&kind) else { continue };
                for key in rules.contents_at(at).flat_map(|contents| &contents.keys) {
                    assert_ne!(super::heading(key), key, "{code} {kind:?}: no heading");
                    seen += 1;
                }
            }
        }
        assert!(50 < seen, "{seen}");
    }
}
