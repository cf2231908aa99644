// What the window is called: the thing and its state first, then the product. It follows the
// language and what the page learns, so that a row of tabs tells them apart.
import { watchEffect } from 'vue'
import { i18n } from './i18n'

export function useTitle(parts: () => (string | undefined)[]): void {
  watchEffect(() => {
    document.title = [...parts().filter((part) => part), i18n.global.t('productName')].join(' · ')
  })
}
