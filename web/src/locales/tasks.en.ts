export default { title: 'Task' }
