/** The properties panel in business words: what a step is in law, who does it, with what, by when. */
import { i18n } from '@/i18n'

import type { Shape } from '../editor/services'
import type { Entry } from './entries'
import { conditionGroup, eventGroup } from './flows'
import { basicGroup, dueGroup, lawGroup, laneGroup, loopGroup } from './nodes'
import { is, Pen } from './moddle'
import { callGroup, decisionGroup, inputsGroup, operationGroup, taskGroup } from './tasks'
import type { Vocabulary } from './words'

export interface Group {
  id: string
  label: string
  entries?: Entry[]
  component?: unknown
  items?: unknown[]
  add?: (event: Event) => void
  shouldOpen?: boolean
}

/** What a group is made from. */
export interface About {
  shape: Shape
  pen: Pen
  words: Vocabulary
  t: (key: string) => string
}

type Make = (about: About) => Group | null

const MAKERS: readonly Make[] = [basicGroup, lawGroup, laneGroup, taskGroup, operationGroup, decisionGroup, callGroup, eventGroup, conditionGroup, inputsGroup, dueGroup, loopGroup]

interface Panel {
  registerProvider: (priority: number, provider: unknown) => void
}

/** Return the module that fills the panel; `words` are asked for each time it is drawn. */
export function panelModule(words: () => Vocabulary): Record<string, unknown> {
  class Provider {
    static $inject = ['propertiesPanel', 'pen']

    constructor(panel: Panel, private pen: Pen) {
      panel.registerProvider(500, this)
    }

    getGroups(shape: Shape): (groups: Group[]) => Group[] {
      const about: About = { shape: shape.labelTarget ?? shape, pen: this.pen, words: words(), t: (key) => i18n.global.t(`studio.panel.${key}`) }
      const isDrawn = !is(about.shape.businessObject, 'bpmn:Collaboration')
      return (groups) => (isDrawn ? [...groups, ...MAKERS.map((make) => make(about)).filter((group) => group !== null)] : groups)
    }
  }
  return { __init__: ['lianchengProvider'], pen: ['type', Pen], lianchengProvider: ['type', Provider] }
}
