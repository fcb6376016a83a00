using System.Collections.Frozen;
using ImageGateway.Images;

namespace ImageGateway.Catalog;

/// <summary>An entry of the catalogue: what a model can do, what it uses, what that costs. All of it is data; no code compares a model's name.</summary>
internal sealed record Model
{
    /// <summary>The name clients ask for and providers know.</summary>
    public required string Name { get; init; }

    /// <summary>The dialect: models of a family take the same parameters.</summary>
    public required string Family { get; init; }

    /// <summary>Who made it, as <c>GET /v1/models</c> says.</summary>
    public required string OwnedBy { get; init; }

    /// <summary>The day it came out (UTC).</summary>
    public required DateOnly Released { get; init; }

    public required FrozenSet<Operation> Operations { get; init; }

    /// <summary>Which sizes it draws.</summary>
    public required SizeRule Sizes { get; init; }

    /// <summary>Its quality words, lowest first.</summary>
    public required IReadOnlyList<string> Qualities { get; init; }

    /// <summary>What it draws when no quality is asked; one of <see cref="Qualities"/>.</summary>
    public required string DefaultQuality { get; init; }

    /// <summary>True when it takes the word <c>auto</c> for quality.</summary>
    public bool AutoQuality { get; init; }

    /// <summary>Most pictures of one call.</summary>
    public required int MaxN { get; init; }

    /// <summary>Longest prompt, in Unicode code points.</summary>
    public required int MaxPrompt { get; init; }

    /// <summary>Most input pictures of one edit.</summary>
    public int MaxImages { get; init; }

    /// <summary>The backgrounds it takes; empty: it has no such parameter.</summary>
    public FrozenSet<string> Backgrounds { get; init; } = [];

    /// <summary>The picture formats it writes; empty: png only, and no such parameter.</summary>
    public FrozenSet<string> Formats { get; init; } = [];

    /// <summary>The values of <c>input_fidelity</c> it takes; empty: no such parameter.</summary>
    public FrozenSet<string> Fidelities { get; init; } = [];

    /// <summary>
    /// The values of <c>response_format</c> it takes, first the one that a request means which names the model and is silent;
    /// empty: it always answers base64 and rejects the parameter.
    /// </summary>
    public IReadOnlyList<string> ResponseFormats { get; init; } = [];

    /// <summary>True when it answers with addresses, and cannot be asked for base64.</summary>
    public bool HasAddressesOnly => ResponseFormats is ["url"];

    /// <summary>Which of the parameters that change no meaning it takes: <c>style</c>, <c>moderation</c>, <c>user</c>, <c>output_compression</c>.</summary>
    public FrozenSet<string> Takes { get; init; } = [];

    /// <summary>True when an edit may carry a mask.</summary>
    public bool Mask { get; init; }

    /// <summary>True when an edit may come as JSON.</summary>
    public bool JsonEdits { get; init; }

    /// <summary>True when it can stream.</summary>
    public bool Stream { get; init; }

    /// <summary>Most partial pictures of one stream.</summary>
    public int MaxPartialImages { get; init; }

    /// <summary>What a job uses, in tokens; null for a model that is priced by the picture.</summary>
    public TokenRule? Tokens { get; init; }

    /// <summary>Effective-dated prices, oldest first; empty: not priced.</summary>
    public required IReadOnlyList<Price> Prices { get; init; }

    /// <summary>The first day (UTC) it is gone, per provider kind; a kind that is absent has announced none.</summary>
    public required FrozenDictionary<string, DateOnly> Shutdown { get; init; }

    /// <summary>The model that takes its place; null: none.</summary>
    public string? Successor { get; init; }

    /// <summary>The price in force on <paramref name="day"/>; null when there is none yet.</summary>
    public Price? PriceOn(DateOnly day)
    {
        for (var i = Prices.Count - 1; i >= 0; i--)
        {
            if (Prices[i].From <= day)
                return Prices[i];
        }
        return null;
    }
}
