namespace ImageGateway.Api.PassThrough;

/// <summary>A path that the gateway forwards to a provider without inspecting or pricing it (an entry of <c>Gateway:PassThrough</c>).</summary>
internal sealed class PassThroughOptions
{
    /// <summary>The path, below <c>/v1</c> or <c>/openai</c>: <c>/v1/responses</c>, <c>/v1/files/{id}/content</c>, <c>/v1/files/{**rest}</c>.</summary>
    public string Path { get; set; } = "";

    /// <summary>The provider's name.</summary>
    public string Provider { get; set; } = "";

    /// <summary>The allowed HTTP methods; empty: GET and POST.</summary>
    public List<string> Methods { get; set; } = [];
}
