using System.Diagnostics;
using ImageGateway.Configuration;
using ImageGateway.Database;
using ImageGateway.Images;
using ImageGateway.Ledger;

namespace ImageGateway.Benchmarks.Ledger;

/// <summary>Fills a database: sums as of ten million jobs over the 90 days before today, and as many entries as asked for.</summary>
internal sealed class LedgerFill(SqlDatabase database, DateTimeOffset today)
{
    private const int Days = 90;
    private const int HoursKept = 7 * 24;
    private const long Jobs = 10_000_000;
    private const int Batch = 10_000;

    private readonly List<Customer> _customers = Customer.All();
    private readonly Random _random = new(2);

    /// <summary>The start of this day (UTC).</summary>
    public static DateTimeOffset Today() => new(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);

    /// <summary>Makes the tables and fills them, and says what there is now.</summary>
    /// <exception cref="FormatException">It is no connection string.</exception>
    public static async Task FillAsync(string connectionString, string folder, int entries)
    {
        var mistakes = new Mistakes("Database");
        var database = SqlDatabase.Create(connectionString, folder, mistakes) ?? throw new FormatException(string.Join('\n', mistakes.All));
        await Migrations.ApplyAsync(database, CancellationToken.None);
        var start = Stopwatch.GetTimestamp();
        var fill = new LedgerFill(database, Today());
        var (days, totals, hours) = fill.Sums();
        fill.Entries(entries);
        Console.WriteLine($"{(database.IsPostgres ? "PostgreSQL" : "SQLite")}: {days} daily sums, {totals} totals, {hours} hourly sums, {entries} entries; filled in {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s");
    }

    /// <summary>Rows of the daily sums, of the totals and of the hourly sums of the last week.</summary>
    public (int Days, int Totals, int Hours) Sums()
    {
        var end = today.ToUnixTimeMilliseconds();
        var days = Enumerable.Range(1, Days).SelectMany(day => Rows(end - (day * UsageSum.Day), Jobs / Days)).ToList();
        var totals = days.GroupBy(row => row.Key.Total).Select(group => new SumRow(group.Key, [.. group.Select(row => row.Sums).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)])])).ToList();
        var hours = Enumerable.Range(1, HoursKept).SelectMany(hour => Rows(end - (hour * UsageSum.Hour), Jobs / Days / 24)).ToList();
        Write(SumRow.Table("usage_days", isTotal: false), days);
        Write(SumRow.Table("usage_totals", isTotal: true), totals);
        Write(SumRow.Table("usage_hours", isTotal: false), hours);
        return (days.Count, totals.Count, hours.Count);
    }

    /// <summary>Entries, evenly over the last days.</summary>
    public void Entries(int count)
    {
        var from = today.ToUnixTimeMilliseconds() - (Days * UsageSum.Day);
        for (var i = 0; i < count; i += Batch)
            Write(LedgerTables.Entries, [.. Enumerable.Range(i, Math.Min(Batch, count - i)).Select(n => Entry(from + (n * (Days * UsageSum.Day) / count)))]);
    }

    private IEnumerable<SumRow> Rows(long start, long jobs)
    {
        foreach (var customer in _customers)
        {
            var each = (long)(jobs * customer.Share / customer.Users.Length);
            foreach (var user in customer.Users)
            {
                if (each == 0 && _random.NextDouble() > jobs * customer.Share / customer.Users.Length)
                    continue;
                var key = new UsageKey(start, customer.Tenant, customer.Project, customer.Key, user, customer.Model, customer.Target, customer.Size, customer.Quality, customer.Operation);
                var requests = Math.Max(1, each);
                var charge = requests * (10_000_000 + _random.Next(50_000_000));
                yield return new SumRow(key, [requests, requests, requests, requests * 50, 0, 0, 0, requests * 1000, 0, charge, charge, charge, 0]);
            }
        }
    }

    private LedgerEntry Entry(long at)
    {
        var customer = _customers[_random.Next(_customers.Count)];
        var charge = 10_000_000 + _random.Next(50_000_000);
        return new LedgerEntry
        {
            Id = Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(at)).ToString(),
            CreatedAt = at,
            Tenant = customer.Tenant,
            Project = customer.Project,
            KeyId = customer.Key,
            User = customer.Users is [""] ? null : customer.Users[_random.Next(customer.Users.Length)],
            Tags = new Dictionary<string, string> { ["team"] = $"team-{_random.Next(8)}", ["cost-center"] = $"{_random.Next(100)}" },
            Operation = customer.Operation,
            Route = "by-model",
            RequestedModel = customer.Model,
            ServedModel = customer.Model,
            Target = customer.Target,
            Size = customer.Size,
            Quality = customer.Quality,
            N = 1,
            Images = 1,
            Usage = new TokenUsage(50, 0, 0, 0, 1000, 0),
            PriceBook = "2026-11-01",
            Charge = charge,
            ListCost = charge,
            BilledCost = charge,
            WorstCase = charge * 2,
            Basis = ChargeBasis.Usage,
            Status = JobStatus.Completed,
            FirstByteMs = 900,
            DurationMs = 9000 + _random.Next(9000),
            BytesIn = 120,
            BytesOut = 1_500_000,
            Attempts = [new LedgerAttempt(1, customer.Target, customer.Model, 200, null, "req_0123456789abcdef0123456789abcdef", 9000, charge, charge, ChargeBasis.Usage, charge * 2, true)],
        };
    }

    private void Write<T>(Table<T> table, List<T> rows)
    {
        using var connection = database.Open();
        using var statements = Statements.Of(connection);
        foreach (var some in rows.Chunk(Batch))
        {
            using var transaction = connection.BeginTransaction();
            statements.Insert(table, some);
            transaction.Commit();
        }
    }
}
