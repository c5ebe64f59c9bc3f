export default { title: '表单' }
