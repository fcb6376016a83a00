using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>What the replay of a job goes by.</summary>
/// <param name="Record">The job, and what happens to it.</param>
/// <param name="Rule">How its answer is cached; null: not at all.</param>
/// <param name="Models">The models that may draw it, best first, each with how many pictures it is asked for and its key.</param>
/// <param name="Body">The digest of its body.</param>
/// <param name="IsSimulated">True for the name of a target that is simulated.</param>
/// <param name="Adjusted">What of its parameters is sent differently, as a header; null: nothing.</param>
internal sealed record ReplayAsk(JobRecord Record, CacheRule? Rule, IReadOnlyList<(string Model, int Count, Lazy<string> Key)> Models, Lazy<string> Body, Func<string, bool> IsSimulated, Lazy<string?> Adjusted)
{
    /// <summary>True when its answer must be kept before the client has the end of it: a client who has it all may ask for it again.</summary>
    public bool EndsWhenKept { get; set; }

    /// <summary>Where its answer is cached, under its key.</summary>
    public Shelf Shelf => new(Rule!.IsShared ? Shelf.Shared : Record.Caller.Tenant, "cache", Rule.MaxBytes);
}
