export default { title: 'Form' }
