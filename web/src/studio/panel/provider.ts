/** The properties panel in business words: what a step is in law, who does it, with what, by when. */
import { i18n } from '@/i18n'

import type { Shape } from '../editor/services'
import type { Entry } from './entries'
import { conditionGroup, eventGroup } from './flows'
import { basicGroup, dueGroup, lawGroup, laneGroup, loopGroup } from './nodes'
import { is, Pen } from './moddle'
import { rightsGroup } from './rights'
import { callGroup, decisionGroup, inputsGroup, operationGroup, taskGroup } from './tasks'
import type { Vocabulary, Wanted } from './words'

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
  /** Take over from the library what was chosen and is not in the draft yet. */
  take: (wanted: Wanted) => void
  t: (key: string) => string
}

/** Whom the panel asks: what can be chosen now, and to take something of the library over. */
export interface Asked {
  words: () => Vocabulary
  take: (wanted: Wanted) => void
}

type Make = (about: About) => Group | null

const MAKERS: readonly Make[] = [basicGroup, lawGroup, laneGroup, taskGroup, rightsGroup, operationGroup, decisionGroup, callGroup, eventGroup, conditionGroup, inputsGroup, dueGroup, loopGroup]

interface Panel {
  registerProvider: (priority: number, provider: unknown) => void
}

/** Return the module that fills the panel; the words are asked for each time it is drawn. */
export function panelModule(asked: Asked): Record<string, unknown> {
  class Provider {
    static $inject = ['propertiesPanel', 'pen']

    constructor(panel: Panel, private pen: Pen) {
      panel.registerProvider(500, this)
    }

    getGroups(shape: Shape): (groups: Group[]) => Group[] {
      const about: About = { shape: shape.labelTarget ?? shape, pen: this.pen, words: asked.words(), take: asked.take, t: (key) => i18n.global.t(`studio.panel.${key}`) }
      const isDrawn = !is(about.shape.businessObject, 'bpmn:Collaboration')
      return (groups) => (isDrawn ? [...groups, ...MAKERS.map((make) => make(about)).filter((group) => group !== null)] : groups)
    }
  }
  return { __init__: ['lianchengProvider'], pen: ['type', Pen], lianchengProvider: ['type', Provider] }
}
