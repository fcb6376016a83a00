using System.Diagnostics;
using ImageGateway.Catalog;
using ImageGateway.Images;

namespace ImageGateway.Providers;

/// <summary>One call to a provider.</summary>
/// <param name="Job">The job.</param>
/// <param name="Model">The catalogue's model that serves it.</param>
/// <param name="Name">The model's or deployment's name at the provider.</param>
/// <param name="Edits">Parameters that differ from the request's; without <c>model</c>, which the provider's code writes.</param>
/// <param name="Client">The client's exchange, for its headers.</param>
internal sealed record Attempt(ImageJob Job, Model Model, string Name, IReadOnlyList<ParameterChange> Edits, HttpContext Client)
{
    /// <summary>True once the whole request has been handed to the provider, which may bill it from then on.</summary>
    public bool IsSent { get; private set; }

    /// <summary>The trace context, if the provider may have it; else null.</summary>
    public TraceContext? Trace { get; init; }

    /// <summary>Marks the request body as written.</summary>
    public void Sent() => IsSent = true;
}

/// <summary>A W3C trace context, as in its headers.</summary>
internal sealed record TraceContext(string Parent, string? State)
{
    /// <summary>The trace context of a call; without tracing here, the client's, unchanged. Null: there is none.</summary>
    public static TraceContext? Of(Activity? span, IHeaderDictionary client)
    {
        if (span is { IdFormat: ActivityIdFormat.W3C, Id: { } id })
            return new TraceContext(id, span.TraceStateString);
        return client.TraceParent is [{ Length: > 0 } parent] ? new TraceContext(parent, client.TraceState is [{ Length: > 0 } state] ? state : null) : null;
    }
}

/// <summary>
/// A provider: one upstream account or endpoint. It sends an attempt in the provider's dialect and returns the response in
/// OpenAI's wire format: JSON, or server-sent events when the job streams. It knows nothing of tenants, quotas, caches or the
/// ledger.
/// </summary>
internal interface IImageProvider : IDisposable
{
    /// <summary>Sends the attempt and returns as soon as the response's headers have arrived.</summary>
    /// <exception cref="HttpRequestException">The provider cannot be reached or broke off.</exception>
    Task<HttpResponseMessage> SendAsync(Attempt attempt, CancellationToken cancellationToken);

    /// <summary>
    /// The parameters among <paramref name="sent"/> that <see cref="SendAsync"/> omits (null) or sends with another value
    /// because the provider lacks them, provided that this does not change the meaning. Parameters that merely have another
    /// name there are not included.
    /// </summary>
    IReadOnlyList<ParameterChange> Unsaid(ImageParameters sent, Model model) => [];

    /// <summary>The provider's connections, for pass-through requests.</summary>
    HttpMessageInvoker Invoker { get; }

    /// <summary>The provider's URL for one of the gateway's paths; null when it has none.</summary>
    Uri? Locate(PathString path, QueryString query);

    /// <summary>Adds the provider's credentials to a request.</summary>
    /// <exception cref="GatewayException">No credentials are available now.</exception>
    ValueTask AuthorizeAsync(HttpRequestMessage request, CancellationToken cancellationToken);

    /// <summary>True when edits may be sent as JSON; otherwise they are sent as forms, which cannot carry file ids.</summary>
    bool TakesJsonEdits { get; }

    /// <summary>False when it neither generates nor accepts WebP, whatever its models could do.</summary>
    bool KnowsWebP => true;

    /// <summary>Strings that must not reach a client in a forwarded message: host, keys, account names.</summary>
    IReadOnlyList<string> Secrets { get; }
}
