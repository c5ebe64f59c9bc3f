export default {
  title: 'Case',
  diagram: {
    title: 'Diagram',
    larger: 'Larger',
    smaller: 'Smaller',
    whole: 'Whole diagram',
    done: 'Passed',
    now: 'Current',
    next: 'Possible',
    unreadable: 'The diagram cannot be shown; please tell the process owner.',
  },
}
