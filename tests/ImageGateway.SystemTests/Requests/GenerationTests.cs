using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Requests;

public sealed class GenerationTests(GatewayFixture gateway) : GatewayTest(gateway)
{
    [Theory]
    [InlineData("openai/gpt-image-1", "gpt-image-1", "openai")]
    [InlineData("azure/img-std", "gpt-image-1", "azure")]
    [InlineData("azure-v1/v1-std", "gpt-image-1", "azure-v1")]
    [InlineData("azure/own name", "gpt-image-2", "azure")]
    public async Task Generation_at_a_named_target_is_answered_by_it_with_one_call(string target, string model, string account)
    {
        using var response = await GenerateAsync(job => job["model"] = target);

        var images = await response.ImagesAsync();
        Assert.Equal((1024, 1024), Pictures.SizeOf(images.Picture()));
        Assert.Equal((target, model, "1", "true"), (response.Header("x-gateway-target"), response.Header("x-gateway-model"), response.Header("x-gateway-attempts"), response.Header("x-gateway-simulated")));
        Assert.Null(response.Header("x-gateway-adjusted"));
        Assert.Equal((account, model), (OnlyCall.Account, OnlyCall.Model));
    }

    // Clients that write out all they know send null; the provider refuses the names of parameters that its model lacks.
    [Theory]
    [InlineData("openai/gpt-image-1", "style")]
    [InlineData("dalle/dall-e-3", "background", "output_format", "output_compression", "moderation", "input_fidelity")]
    public async Task Parameter_that_is_null_is_absent(string target, params string[] names)
    {
        using var response = await GenerateAsync(job =>
        {
            job["model"] = target;
            foreach (var name in names)
                job[name] = null;
        });

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Null(response.Header("x-gateway-adjusted"));
    }

    [Fact]
    public async Task Picture_comes_back_byte_for_byte_with_its_provenance()
    {
        using var response = await GenerateAsync(job =>
        {
            job["n"] = 3;
            job["size"] = "1536x1024";
        });

        var images = await response.ImagesAsync();
        var pictures = Enumerable.Range(0, 3).Select(i => images.Picture(i)).ToList();
        Assert.Equal(OnlyCall.Images, pictures.Select(Answers.Sha256));
        Assert.All(pictures, png => Assert.Contains("caBX", Pictures.ChunksOf(png)));
        Assert.All(pictures, png => Assert.Equal((1536, 1024), Pictures.SizeOf(png)));
    }

    [Theory]
    [InlineData("openai/gpt-image-1", "gpt-image-1", null)]
    [InlineData("azure/img-std", null, "img-std")]
    [InlineData("azure-v1/v1-std", "v1-std", "v1-std")]
    public async Task Model_is_rewritten_to_the_providers_name(string asked, string? sent, string? deployment)
    {
        using var response = await GenerateAsync(job => job["model"] = asked);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(deployment, OnlyCall.Deployment);
        // A deployment-scoped generation may name its deployment, and nothing else.
        Assert.Equal(sent ?? deployment, OnlyCall.Fields.GetValueOrDefault("model", deployment ?? ""));
    }

    [Theory]
    [InlineData("openai/gpt-image-1", "high")]
    [InlineData("openai/gpt-image-1-mini", "medium")]
    [InlineData("azure/img-std", "high")]
    [InlineData("dalle/dall-e-3", "standard")]
    public async Task Absent_quality_is_sent_as_the_models_default_and_not_reported(string target, string quality)
    {
        using var response = await GenerateAsync(job => job["model"] = target);

        await response.ImagesAsync();
        Assert.Equal(quality, OnlyCall.Fields["quality"]);
        Assert.Null(response.Header("x-gateway-adjusted"));
    }

    [Fact]
    public async Task Asked_quality_is_sent_as_asked()
    {
        using var response = await GenerateAsync(job => job["quality"] = "low");

        Assert.Equal("low", (string?)(await response.ImagesAsync())["quality"]);
        Assert.Equal("low", OnlyCall.Fields["quality"]);
    }

    [Fact]
    public async Task Null_members_are_as_good_as_absent()
    {
        using var response = await GenerateAsync(job =>
        {
            foreach (var name in (string[])["n", "size", "quality", "background", "output_format", "stream", "partial_images", "user"])
                job[name] = null;
        });

        await response.ImagesAsync();
        Assert.Equal("high", OnlyCall.Fields["quality"]);
    }

    [Fact]
    public async Task Null_response_format_is_as_good_as_absent_and_not_forwarded_to_a_gpt_model()
    {
        using var response = await GenerateAsync(job => job["response_format"] = null);

        await response.ImagesAsync();
        Assert.DoesNotContain("response_format", OnlyCall.Fields.Keys);
    }

    [Fact]
    public async Task Unknown_members_arrive_unchanged_and_are_the_providers_to_refuse()
    {
        using var response = await GenerateAsync(job =>
        {
            job["complexity"] = "high";
            job["svg"] = new System.Text.Json.Nodes.JsonObject { ["model"] = "gpt-5", ["deep"] = 1.50m };
            job["safety_identifier"] = "ä\"\\€";
        });

        await response.ErrorAsync(400, "unknown_parameter", "complexity", "complexity");
        var fields = OnlyCall.Fields;
        Assert.Equal(("high", "{\"model\":\"gpt-5\",\"deep\":1.50}", "ä\"\\€"), (fields["complexity"], fields["svg"], fields["safety_identifier"]));
    }

    [Theory]
    [InlineData("openai/gpt-image-1")]
    [InlineData("azure/img-std")]
    public async Task B64_json_is_accepted_for_a_gpt_model_and_reported_but_not_forwarded(string target)
    {
        using var response = await GenerateAsync(job =>
        {
            job["model"] = target;
            job["response_format"] = "b64_json";
        });

        await response.ImagesAsync();
        Assert.Equal("response_format=b64_json->", response.Header("x-gateway-adjusted"));
        Assert.DoesNotContain("response_format", OnlyCall.Fields.Keys);
    }

    [Fact]
    public async Task DallE_3_asked_by_name_answers_an_address()
    {
        using var response = await GenerateAsync(job => job["model"] = "dall-e-3");

        var images = await response.ImagesAsync();
        Assert.NotNull(images["data"]![0]!["url"]);
        Assert.DoesNotContain("response_format", OnlyCall.Fields.Keys.Where(name => OnlyCall.Fields[name] != "url"));
    }

    [Theory]
    [InlineData("dall-e-3", "b64_json", "b64_json")]
    [InlineData("dall-e-3", "url", "url")]
    [InlineData("dall-e-2", null, "b64_json")]
    [InlineData("dall-e-2", "url", "url")]
    public async Task DallE_answers_in_the_asked_form(string model, string? asked, string form)
    {
        using var response = await GenerateAsync(job =>
        {
            job["model"] = model;
            if (asked is not null)
                job["response_format"] = asked;
        });

        var images = await response.ImagesAsync();
        Assert.NotNull(images["data"]![0]![form]);
        Assert.Equal(form, OnlyCall.Fields["response_format"]);
    }

    [Fact]
    public async Task Large_prompt_arrives_whole()
    {
        var prompt = new string('ä', 31_999) + "€";
        using var response = await GenerateAsync(job => job["prompt"] = prompt);

        await response.ImagesAsync();
        Assert.Equal(prompt, OnlyCall.Fields["prompt"]);
    }

    [Fact]
    public async Task Chunked_body_is_read()
    {
        using var request = Request(HttpMethod.Post, Generations, Json(Job()));
        request.Headers.TransferEncodingChunked = true;
        using var response = await SendAsync(request);

        await response.ImagesAsync();
    }
}
