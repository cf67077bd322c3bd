// What every drawn block needs to know: the theme and the names behind ids.
import { createContext, useContext } from "react";

export const Settings = createContext(null);

export const useSettings = () => useContext(Settings);
