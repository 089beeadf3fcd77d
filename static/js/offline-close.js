// On the page for signing in nobody is at work: whoever's entries were open on this device, they close.
import { closeAllBut, isPossible } from "./offline-store.js";

if (isPossible) closeAllBut(null);
