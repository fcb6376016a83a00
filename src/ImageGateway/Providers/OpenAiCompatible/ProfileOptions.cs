namespace ImageGateway.Providers.OpenAiCompatible;

/// <summary>How a provider's API differs from OpenAI's (<c>Gateway:Providers:NAME:Profile</c>); an empty profile means not at all.</summary>
internal sealed class ProfileOptions
{
    /// <summary>The value of <c>response_format</c> for base64; empty: the parameter is not sent for base64.</summary>
    public string Base64Format { get; set; } = "b64_json";

    /// <summary>How the size is sent: <c>size</c> (default), <c>width-height</c> or <c>aspect-ratio</c>.</summary>
    public string SizeAs { get; set; } = "size";

    /// <summary>
    /// With <c>aspect-ratio</c>: the ratio sent for each <c>WIDTHxHEIGHT</c>, as <c>3:2</c> or <c>3:2 1k</c>, where the second
    /// word is sent as <c>resolution</c>. A size that is not listed takes the nearest. Empty: a table of the usual sizes.
    /// </summary>
    public Dictionary<string, string> Ratios { get; set; } = [];

    /// <summary>True: edits are JSON with data URLs in <c>image</c> or <c>images</c>, as xAI expects; false: forms, as OpenAI expects.</summary>
    public bool JsonEdits { get; set; }

    /// <summary>OpenAI parameters that it accepts besides model, prompt, n and the size; empty: all of them.</summary>
    public List<string> Takes { get; set; } = [];

    /// <summary>Paths of its operations, below the base URL.</summary>
    public PathOptions Paths { get; set; } = new();
}

/// <summary>Paths of the operations, without a leading slash.</summary>
internal sealed class PathOptions
{
    /// <summary>The path of generations.</summary>
    public string Generations { get; set; } = "images/generations";

    /// <summary>The path of edits.</summary>
    public string Edits { get; set; } = "images/edits";
}
