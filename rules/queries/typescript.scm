; What only the grammars of TypeScript and TSX have; the rest is in script.scm.

[(abstract_class_declaration) (internal_module) (module)] @scope
(public_field_definition name: (_)) @binding
(public_field_definition
  name: (_) @scope.name
  value: [(arrow_function) (function_expression) (class)] @scope)
(public_field_definition) @statement
; `constructor(private readonly log: Logger)` declares a field
(required_parameter (accessibility_modifier) pattern: (identifier)) @binding
(required_parameter "readonly" pattern: (identifier)) @binding
(optional_parameter (accessibility_modifier) pattern: (identifier)) @binding
(import_statement (import_require_clause)) @import
[(interface_declaration) (type_alias_declaration) (enum_declaration)] @type
; `await f<T>(x)`: the grammar binds `await` to the callee when type arguments follow
(call_expression function: (await_expression) type_arguments: (_)) @mark.awaited
(call_expression function: (await_expression) type_arguments: (_)) @await
(call_expression
  function: (member_expression object: (call_expression function: (await_expression) type_arguments: (_)))) @mark.awaited
