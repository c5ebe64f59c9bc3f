export default {
  title: '办件',
  diagram: {
    title: '流程图',
    larger: '放大',
    smaller: '缩小',
    whole: '全图',
    done: '已经过',
    now: '正在办',
    next: '可能到',
    unreadable: '流程图无法显示，请联系流程负责人。',
  },
}
