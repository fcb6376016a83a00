namespace ImageGateway.Quotas;

/// <summary>The counters of a job under the limits in force when this is created.</summary>
/// <param name="book">The limits in force.</param>
/// <param name="count">The job's counters under them.</param>
internal sealed class JobLimits(Func<LimitBook> book, Func<LimitBook, IReadOnlyList<CounterUse>> count)
{
    private readonly LimitBook _book = book();
    private IReadOnlyList<CounterUse>? _uses;

    public IReadOnlyList<CounterUse> Uses => _uses ??= count(_book);

    /// <summary>This instance, or its replacement if the limits have changed.</summary>
    public JobLimits Current() => ReferenceEquals(book(), _book) ? this : new JobLimits(book, count);
}
