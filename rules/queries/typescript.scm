; what only TypeScript has
