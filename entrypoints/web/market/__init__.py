"""The pages of the market, which everybody may see."""
