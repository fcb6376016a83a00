using System.Globalization;
using ImageGateway.Images;

namespace ImageGateway.Ledger.Reconciliation;

/// <summary>A row of a file that cannot be read, and why.</summary>
internal sealed record BadRow(int Line, string Reason);

/// <summary>A provider's charges from its file, added up by day and model.</summary>
internal sealed class CostFile(string source, ModelNames models, DateOnly? from, DateOnly? to)
{
    private const int MaxBadRows = 100;
    private const int MaxItems = 1000;
    private const decimal MaxAmount = 1_000_000_000;
    private const string Others = "(others)";

    private static readonly string[] Dates = ["yyyy-MM-dd", "yyyyMMdd", "MM/dd/yyyy", "M/d/yyyy", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK"];

    // Before the first day there were no image models, and a day after the last is an error.
    private static readonly (DateOnly First, DateOnly Last) Plausible = (new(2020, 1, 1), new(2199, 12, 31));

    private readonly Dictionary<string, string?> _found = [];

    /// <summary>USD by day and model of the catalogue.</summary>
    public Dictionary<(DateOnly Day, string Model), decimal> Sums { get; } = [];

    /// <summary>USD of items that match no model of the catalogue.</summary>
    public Dictionary<string, decimal> Unmatched { get; } = [];

    /// <summary>Its days with such charges, to the one after the last; null when there are none.</summary>
    public (DateOnly From, DateOnly To)? Days => Sums.Count == 0 ? null : (Sums.Keys.Min(key => key.Day), Sums.Keys.Max(key => key.Day).AddDays(1));

    public List<BadRow> BadRows { get; } = [];

    public int BadCount { get; private set; }

    /// <summary>Rows with an amount.</summary>
    public int Rows { get; private set; }

    /// <summary>Adds up the rows.</summary>
    /// <exception cref="GatewayException">It is not valid CSV, or lacks a column.</exception>
    public async Task ReadAsync(TextReader text, CancellationToken cancellationToken)
    {
        var (csv, row) = (new CsvReader(text), new List<string>());
        if (!await csv.ReadAsync(row, cancellationToken))
            throw new GatewayException(ErrorKind.InvalidValue, "The file is empty; its first line must name the columns.", "file");
        var columns = CostColumns.Find(source, row);
        while (await csv.ReadAsync(row, cancellationToken))
        {
            if (Add(columns, row) is not { } reason)
                continue;
            BadCount++;
            if (BadRows.Count < MaxBadRows)
                BadRows.Add(new BadRow(csv.Line, reason));
        }
    }

    // The error in the row; null when there is none.
    private string? Add(CostColumns columns, List<string> row)
    {
        if (row.Count < columns.Width)
            return $"it has {row.Count} cells; the first line requires at least {columns.Width}";
        // OpenAI lists days without costs this way.
        if (columns.Amount(row).Length == 0)
            return null;
        if (!decimal.TryParse(columns.Amount(row), NumberStyles.Float, CultureInfo.InvariantCulture, out var amount))
            return $"the amount '{GatewayException.Shortened(columns.Amount(row))}' is not a number";
        if (Math.Abs(amount) > MaxAmount)
            return $"the amount '{GatewayException.Shortened(columns.Amount(row))}' is not within -{MaxAmount} to {MaxAmount}";
        if (columns.Currency(row) is { } currency && !currency.Equals("usd", StringComparison.OrdinalIgnoreCase))
            return $"the currency '{GatewayException.Shortened(currency)}' is not USD";
        if (Day(columns.Day(row)) is not { } day || day < Plausible.First || day > Plausible.Last)
            return $"the day '{GatewayException.Shortened(columns.Day(row))}' is not a date such as 2026-11-20, 11/20/2026 or Unix seconds";
        if (day < from || day >= to)
            return null;
        Rows++;
        if (columns.Items(row).Select(Model).FirstOrDefault(model => model is not null) is { } model)
            Sums[(day, model)] = Sums.GetValueOrDefault((day, model)) + amount;
        else
            AddUnmatched(columns.Items(row).FirstOrDefault() ?? "(no item)", amount);
        return null;
    }

    private string? Model(string item)
    {
        if (_found.TryGetValue(item, out var model))
            return model;
        model = models.Find(item);
        if (_found.Count < MaxItems)
            _found.Add(item, model);
        return model;
    }

    private void AddUnmatched(string item, decimal amount)
    {
        if (!Unmatched.ContainsKey(item) && Unmatched.Count >= MaxItems)
            item = Others;
        Unmatched[item] = Unmatched.GetValueOrDefault(item) + amount;
    }

    private static DateOnly? Day(string text)
    {
        if (text.Length > 8 && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 1L << 34)
            return DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime);
        return DateTimeOffset.TryParseExact(text, Dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? DateOnly.FromDateTime(moment.UtcDateTime) : null;
    }
}
