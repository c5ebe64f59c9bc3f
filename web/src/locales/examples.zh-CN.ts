export default {
  title: '例子', hint: '把规定里的边界值写成例子，改表时每个例子当场重算；有例子不符，不能送审。与决策表一起保存。', none: '这张表还没有例子', sum: '{all} 个例子，{met} 个符合，{failing} 个不符', trying: '正在核对…', unreadable: '例子的文件读不出来，请在“文件”中改正：{why}', stale: '没有核对成：{why}',
  all: '全部例子', add: '加一个例子', first: '例子 {n}', copy: '复制', copied: '{name}（副本）', remove: '删除', name: '例子的名称', given: '输入', expect: '期望', actual: '实际', on: '当天是', onHint: '表里用到今天时填写', more: '加一项输入…', drop: '去掉 {name}', any: '不限', list: '结果是列表，写成 ["甲", "乙"]',
  met: '符合', failing: '不符', row: '第 {n} 行', rowOf: '{name} 第 {n} 行', noRow: '没有一行命中', take: '以实际结果为期望', open: '未核对',
}
