using System.Collections.Frozen;

namespace ImageGateway.Images;

/// <summary>What a job asks for.</summary>
internal enum Operation { Generation, Edit, Variation }

/// <summary>What the picture is for; a tier stands for a route, not for a model.</summary>
internal enum Tier { Draft, Final }

/// <summary>
/// One client request after parsing: everything that decides where it can go and what it may cost.
/// The body's bytes stay with it, so that fields the gateway does not know reach the provider unchanged.
/// </summary>
internal sealed record ImageJob : IDisposable
{
    /// <summary>Generation, edit or variation; the path decides.</summary>
    public required Operation Operation { get; init; }

    /// <summary>The model, deployment, alias or <c>provider/name</c> that was asked for; null when the request names none.</summary>
    public string? Model { get; init; }

    /// <summary>True when <see cref="Model"/> came from Azure's deployment path, where a deployment's name comes before a model's.</summary>
    public bool IsDeploymentPath { get; init; }

    /// <summary>The tier the <c>X-Gateway-Tier</c> header asks for; it wins over <see cref="Model"/>.</summary>
    public Tier? Tier { get; init; }

    /// <summary>The prompt, in full. Empty for a variation, which takes none.</summary>
    public required string Prompt { get; init; }

    /// <summary>The other parameters, as asked; null where the request is silent.</summary>
    public required ImageParameters Parameters { get; init; }

    /// <summary>The input pictures of an edit or variation, in order.</summary>
    public IReadOnlyList<InputImage> Images { get; init; } = [];

    /// <summary>The mask of an edit, with an alpha channel; already checked against the first picture.</summary>
    public InputImage? Mask { get; init; }

    /// <summary>How many inputs are a provider's own file ids, whose bytes the gateway never sees.</summary>
    public int FileIds { get; init; }

    /// <summary>Cost-allocation tags (<c>X-Gateway-Tags</c>).</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>True when an input is not what a JSON body says: fetched from an address, or a converted mask. The bytes are sent, in a form.</summary>
    public bool MustSendBytes { get; init; }

    /// <summary>The request's body, from which the upstream body is made.</summary>
    public required RequestBody Body { get; init; }

    /// <summary>True for a tag's name: 1 to 64 letters, digits, '.', '_' or '-'.</summary>
    public static bool IsTag(string name) => name.Length is > 0 and <= 64 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    public void Dispose()
    {
        foreach (var image in Images)
            image.Dispose();
        Mask?.Dispose();
        Body.Dispose();
    }
}
