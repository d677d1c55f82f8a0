; What only the grammar of JavaScript has; the rest is in script.scm.

(field_definition property: (_)) @binding
(field_definition
  property: (_) @scope.name
  value: [(arrow_function) (function_expression) (class)] @scope)
(field_definition) @statement
((using_declaration (variable_declarator) @binding) @binding.header
  (#set! kind "managed"))
(using_declaration) @statement
