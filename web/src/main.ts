// The console's start.
import { createApp } from 'vue'
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import App from './app/App.vue'
import { Problem, whenSignedOut } from './api/client'
import { i18n } from './app/i18n'
import { router } from './app/router'
import { useSession } from './app/session'
import './styles/base.css'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      // What the server answered is an answer; only a lost connection is tried again.
      retry: (failures, problem) => problem instanceof Problem && problem.kind === 'offline' && failures < 2,
    },
  },
})

whenSignedOut(() => {
  useSession().ended()
  queries.clear()
  const here = router.currentRoute.value
  if (here.name !== 'sign-in') void router.push({ name: 'sign-in', query: { to: here.fullPath } })
})

// Tests look at pages that stand still.
if (navigator.webdriver) document.documentElement.classList.add('still')

createApp(App).use(i18n).use(VueQueryPlugin, { queryClient: queries }).use(router).mount('#app')
