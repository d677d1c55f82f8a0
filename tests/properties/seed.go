package shop

import (
	"context"
	l "log/slog"

	. "fmt"
)

type Store struct {
	db   *sql.DB
	log  *l.Logger
	hits map[string]int
}

const limit = 10

func init() { register(limit) }

func (s *Store) Load(ctx context.Context, id string) (user *User, err error) {
	ctx, span := tracer.Start(ctx, "load", trace.WithAttributes(attribute.String("id", id)))
	defer span.End()
	rows, err := s.db.QueryContext(ctx, `select "é" from users where id = $1`, id)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		s.log.ErrorContext(ctx, "load failed", "err", err, l.String("id", id))
		return nil, Errorf("load %s: %w", id, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(&user.Name); errors.As(err, &target) {
			continue
		} else if err != nil {
			panic(err)
		}
	}
	go func(n int) { s.hits[id] += n }(1)
	switch v := user.Any.(type) {
	case string:
		Println(v, struct{ A int }{A: 1}, []int{1, 2}[0])
	default:
		os.Exit(1)
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case m := <-s.queue:
		handle(m)
	}
	return user, nil
}
