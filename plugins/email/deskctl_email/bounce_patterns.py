"""Patterns for the messages of mail servers that reject a mail, by reason class; the first match decides."""

from __future__ import annotations

import re

from deskctl.plugins import ReasonClass

_R = ReasonClass


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


PATTERNS: tuple[tuple[ReasonClass, re.Pattern[str]], ...] = (
    (
        _R.MAILBOX_FULL,
        _any(
            r"(?<!sending )(?<!rate )(?:over|exceed\w*|out of|beyond|above) (?:its |their |his |the |your |of "
            r"|disk |storage"
            r" |mail(?:box)? |allowed |user'?s? |allocated |maximum ){0,4}(?:quota|storage|space(?! allowed for))",
            r"(?:mail ?box|mail ?folder|in-?box|account|maildrop|mailspool|mail ?file|user'?s? disk)"
            r"(?: \S+)?(?: is| was| has)?(?: currently| too| already| over)?"
            r" (?:full|quota|over (?:the )?(?:quota|limit|size)|exceed)",
            r"full mail ?box|quota (?:\S+ ){0,3}?(?:exceed|violat|full|reached)|(?:disk|storage|mail ?box"
            r"|user) quota",
            r"quota ?exceeded|exceeded (?:storage allocation|(?:the |their |its )?(?:max(?:imum)? )?mail ?box)",
            r"mailbox (?:size )?(?:limit|for) .{0,40}(?:exceed|full)|mailbox (?:has )?(?:exceeded|reached)",
            r"(?:insufficient|not enough|no|low) (?:disk |storage |mailbox |free )+space"
            r"(?! (?:on|in) (?:the )?(?:system|server|device))|mailbox would exceed|max e?-?mails per user"
            r"|overdrawn|no space left for this user",
            r"user has (?:exhausted|exceeded|too many)|too many (?:messages|mails) (?:in|on|stored)"
            r"|too much mail stored",
            r"has (?:reached|run out of) .{0,30}(?:storage|quota|limit of mailbox)|will (?:be"
            r"|put) .{0,15}over.?quota",
            r"(?:메일함|사서함|편지함|메일박스|수신자).{0,16}(?:용량|가득|꽉|초과)|용량.{0,8}(?:초과|부족)",
            r"(?:メールボックス|受信箱).{0,16}(?:いっぱい|容量|超|満杯)|容量(?:オーバー|超過|を超え|不足)",
            r"(?:邮箱|信箱|郵箱|邮件箱|收件箱).{0,10}(?:已满|已滿|满了|空间不足|空間不足|容量|超限)",
            r"postfach .{0,30}voll|speicherplatz|bo[iî]te .{0,30}pleine|buz[oó]n .{0,30}llen[oa]"
            r"|casella .{0,30}piena",
            r"caixa .{0,30}(?:cheia|lotada)|postvak .{0,30}vol\b|postbus .{0,20}vol\b|skrzynka .{0,30}(?:pełna"
            r"|przepeł)",
            r"переполнен|превышен\w* (?:квот|лимит|объем|размер ящика)|inkorgen .{0,20}full|kotası (?:dol|aş)",
            r"max e?-?mails per user|over-?quota",
        ),
    ),
    (
        _R.TOO_LARGE,
        _any(
            r"(?:message|mail|e-?mail|data|content|file|attachment)s?(?: size| length)?(?: is| was| are)?"
            r" (?:too (?:large|big|long)|larger than)",
            r"exceed(?:s|ed|ing)? .{0,50}(?:message|mail|e-?mail|data|attachment)s? ?(?:size|length)",
            r"(?:message|mail|header)s? ?size .{0,40}(?:exceed|limit|maximum|over)",
            r"size (?:limit )?(?:exceeds|exceeded|greater than|larger than|over limit)",
            r"(?:maximum|max|allowed|fixed) (?:allowed )?(?:message |mail |e-?mail )?size",
            r"RecipSizeLimit|SendSizeLimit|too much mail data|message length exceeds",
            r"(?:메일(?!함)|첨부|메시지).{0,12}(?:크기|용량).{0,12}(?:너무|제한|초과)|첨부파일 (?:용량|크기)",
            r"(?:メール|メッセージ)の?サイズ.{0,20}(?:超|大き)|(?:邮件|郵件|信件)(?:大小|太大|过大|過大).{0,10}",
            r"nachricht (?:ist )?zu groß|message (?:est )?trop (?:gros|volumineux)|mensaje demasiado grande",
            r"messaggio troppo grande|mensagem muito grande|bericht (?:is )?te groot|слишком (?:большо|велик)",
        ),
    ),
    (
        _R.RELAYING,
        _any(
            r"relay(?:ing)?(?: access| attempt)?(?: is| was)?(?: to \S+| for \S+| from \S+)?"
            r" (?:denied|prohibited|disallowed|disabled|refused|rejected|not (?:allowed|permitted|supported"
            r"|authori[sz]ed))",
            r"(?:unable|not permitted|not allowed|not authori[sz]ed|cannot|won'?t|will not|do(?:es)? not|refus\w"
            r"+) (?:to )?"
            r"relay(?:ing)?\b|no relay(?:ing)?\b|relay(?:ing)? (?:mail|is) (?:to|not)|not (?:a "
            r"|an )?(?:open )?relay\b",
            r"not in (?:my |our |the )?list of allowed ?rcpthosts|rcpthosts|we do not relay|not an mx for",
            r"this (?:system|server|host|machine|mail server) is not configured to relay|not a gateway",
            r"will not (?:accept|deliver) mail for (?:that|this|non-?local)|domain isn'?t (?:in|allowed)"
            r"|mail not local",
            r"(?:requires?|need) auth\w+ (?:when|before) .{0,60}(?:non-local|relay|send)|(?:릴레이"
            r"|중계).{0,10}(?:거부|불가|차단)",
        ),
    ),
    (
        _R.AUTH,
        _any(
            r"\b(?:spf|dkim|dmarc|domainkeys?|arc)\b.{0,60}(?:fail|check|polic|reject|requir|not? (?:pass|align"
            r"|valid)|softfail"
            r"|invalid|permerror)|(?:fail\w*|violat\w*|because of|due to|not pass\w*|lack\w*|reject\w*|per)"
            r" .{0,40}\b(?:spf|dkim|dmarc|sender policy framework|sender id)\b",
            r"sender policy framework|unauthenticated (?:e-?mail|mail|message|sender)|sender (?:is )?unauthenticated",
            r"authenticat\w+ (?:is )?(?:required|failed|needed|failure|checks? fail|information)"
            r"|must (?:first )?authenticate",
            r"(?:requires?|need) (?:smtp )?auth(?:entication)?\b|smtp auth|not authenticated"
            r"|client was not authenticated",
            r"(?:starttls|tls|ssl|encryption)(?: \S+)? (?:is )?(?:required|needed|handshake|negotiat"
            r"|not (?:supported|offered))",
            r"must issue a starttls|starttls (?:command )?first|pop before smtp|check (?:for )?(?:new )?mail first",
            r"does not pass authentication|(?:인증).{0,8}(?:실패|필요)|認証(?:に失敗|が必要|エラー)|(?:身份"
            r"|发件人)?验证失败",
        ),
    ),
    (
        _R.DISABLED,
        _any(
            r"(?:account|mail ?box|user|recipient|address|e-?mail|domain)s?(?: \S+)?(?: is| has| was"
            r"| are)?(?: been| currently"
            r"| temporarily| not| no longer)? ?\b(?:disabled|suspended|deactivated|inactive|de-?activated|terminated"
            r"|closed"
            r"|discontinued|expired|locked|dormant|blocked for inactivity|not active(?:d)?|unsubscribed|archived"
            r"|frozen)",
            r"(?:disabled|inactive|suspended|deactivated|closed|expired|dormant) (?:account|mail ?box|user"
            r"|recipient|address)",
            r"no longer (?:active|in use|available|accepts?|accepting|on|with|at|employed|works?|valid|used"
            r"|exists?|receiv\w+"
            r"|monitored|a valid|here)|has (?:left|moved|quit|retired)\b"
            r"|(?:account|mail ?box|user|address|recipient)\b.{0,40} been (?:disabled|suspended"
            r"|deactivated"
            r"|discontinued|deleted|removed|terminated|closed)|not accepting (?:mail|messages|e-?mail)"
            r"|account that you tried"
            r" to reach is (?:disabled|inactive|over)|user (?:has )?moved|change(?:d)? (?:of )?(?:e-?mail )?address",
            r"휴면|이용\s?정지|탈퇴|해지|사용\s?(?:중지|정지|만료)|비활성|停止(?:され|中|し)|解約|利用停止"
            r"|已(?:停用|禁用|冻结|冻結|注销"
            r"|註銷|过期)|deaktiviert|gesperrt|stillgelegt|désactivé|desactivad|disattivat|заблокирован|отключен"
            r"|неактив",
        ),
    ),
    (
        _R.CONTENT,
        _any(
            r"content presents a|blocked because (?:its|the|of its|of the) (?:content|attachment)|\bvirus|malware"
            r"|banned:",
        ),
    ),
    (
        _R.BLOCKED,
        _any(
            r"\b(?:spam|unsolicited|junk ?mail|uce|ube|phish\w*|spamm\w+)\b|spam-?(?:like|score|content|check"
            r"|filter|verdict)",
            r"(?:block|black|deny|ban)[ -]?list|\b(?:rbl|dnsbl|rhsbl|xbl|pbl|sbl|css)\b|blacklisted|blocklisted",
            r"spamhaus|spamcop|sorbs|barracuda(?:central| reputation|networks)|uceprotect|abuseat|\bpsbl\b"
            r"|invaluement"
            r"|mailspike|cloudmark|senderbase|senderscore|trustedsource|surbl|uribl|truncate\.gbudb|backscatterer",
            r"reputation|blocked (?:using|by|for|because|due|from)|(?:been|is|are|was) (?:temporarily )?(?:blocked"
            r"|banned"
            r"|listed (?:in|on|at|by))|\bblocked\b(?!.{0,20}(?:attachment|extension|file))|bad (?:sender|ip|host)\b",
            r"\bptr\b|reverse (?:dns|lookup|name|hostname|mapping)|\brdns\b|(?:cannot|could not"
            r"|can'?t) find your (?:hostname"
            r"|reverse)|no reverse|generic (?:rdns|hostname)|dynamic(?:ally)? (?:ip|host|assigned|address|range)"
            r"|dial-?up|residential (?:ip|address)|helo (?:command )?reject",
            r"your (?:ip|host|server|network|isp|domain|mta)\b.{0,60}(?:reject|refus|denied|not (?:allowed|accept"
            r"|permit))",
            r"(?:client|connecting|sending|sender'?s) (?:host|ip|server)\b.{0,60}(?:reject|refus|denied"
            r"|block)",
            r"(?:user|recipient) complaints|\bTSS?0[0-9]\b|\bS31[45]0\b|\bOU-00\d|\bSC-00\d|\bDY-00\d|\bRP-00\d"
            r"|not rfc.?whitelist",
            r"access (?:denied|refused|rejected).{0,40}(?:\bip\b|from your|bad reputation)|connection (?:rejected"
            r"|denied)",
            r"스팸|수신\s?(?:거부|차단)|차단(?:된|되|하)|迷惑メール|スパム|受信(?:拒否|を拒否)|ブロック"
            r"|垃圾(?:邮件|郵件|信)"
            r"|黑名单|黑名單|(?:被|已)(?:对方)?(?:拒收|屏蔽|拦截|攔截)|拒收|спам|blockiert|bloqu[eé]|pourriel"
            r"|indésirable",
        ),
    ),
    (
        _R.POLICY,
        _any(
            r"sender(?:'?s)? (?:e-?mail )?(?:address|domain)?(?: \S+)?(?: is| was)? ?(?:rejected|refused|denied"
            r"|verify|not (?:allowed"
            r"|accepted|permitted|authori[sz]ed))|(?:bad|invalid) sender address",
        ),
    ),
    (
        _R.CONTENT,
        _any(
            r"\bvirus|malware|infected|trojan|worm\b|(?:attachment|file|extension)s?(?: \S+){0,4}"
            r" (?:not (?:allowed|permitted|accepted)|blocked|prohibited|forbidden|banned|rejected|disallowed"
            r"|removed)",
            r"(?:blocked|banned|prohibited|executable|dangerous|illegal|potential\w*) (?:attachment|file|extension"
            r"|content)",
            r"(?:message|mail|e-?mail)?(?:'s)? ?content (?:was |is |has been |not |filter|reject|refus"
            r"|unacceptable|violat)",
            r"content (?:rejected|refused|blocked|filter\w*|restriction|format|presents a (?:potential )?security)",
            r"(?:malformed|invalid|illegal|missing|bad|duplicate|multiple|improper|too many) (?:\S+ ){0,2}?(?:mime"
            r"|header|from:?"
            r" header|date|subject|message-id|8-?bit|line)|headers? (?:is |are |contains? )?(?:not|invalid|missing"
            r"|illegal)",
            r"not rfc ?(?:5322|2822|822|5321)|rfc ?(?:5322|2822|822) (?:compliant|violat)|bare (?:lf|cr|newline)"
            r"|(?:8|eight)[- ]?bit (?:data|character|content)|line (?:too long|length)|conversion (?:required|not"
            r"|fail)|charset .{0,30}not (?:allowed|accepted)",
            r"(?:suspicious|disallowed|prohibited) (?:url|link|content)|첨부.{0,10}(?:차단|금지)|바이러스|ウイルス"
            r"|ウィルス|病毒",
        ),
    ),
    (
        _R.TEMPORARY,
        _any(
            r"gr[ea]y-?list|too much mail from|too (?:many|much) (?:\S+ ){0,3}?(?:connections?|sessions|messages"
            r"|mails|e-?mails"
            r"|recipients (?:from"
            r"|in)|errors|bad commands|traffic|requests|concurrent|hits)|rate.?limit|(?:sending|message|connection"
            r"|hourly"
            r"|daily|mail) (?:rate|limit|quota)|throttl|at a rate that|exceeded (?:the )?(?:rate|max\w* (?:number"
            r"|connections))",
            r"(?:receiving|sending) (?:mail|messages) (?:too quickly|too fast)|server (?:is )?(?:too )?busy"
            r"|deferr(?:ed|al)",
            r"resources? (?:temporarily|unavailable)|temporary (?:local|system|problem|failure|error|rejection"
            r"|authentication)",
            r"temporar(?:y|ily) (?:\S+ )?(?:reject|block|unavailable|unable|deferred|suspend|out of)|slow down",
            r"(?:insufficient|out of|not enough|low on) (?:system |disk |server |main )?(?:resources|memory"
            r"|storage|space)"
            r"|system (?:storage|resources|load)|local (?:error|problem|configuration error)"
            r"|internal (?:server )?error"
            r"|mail system (?:problem|error|is)|please (?:try|retry)(?: again)? later|try again (?:later|in)"
            r"|(?:나중에|잠시 후) 다시"
            r"|しばらく|稍后再试|稍後再試|频率|頻率|服务器忙",
        ),
    ),
    (
        _R.HOST,
        _any(
            r"(?:host|domain|server)(?: or domain)?(?: name)? (?:\S+ )?(?:is |was |does |could |can "
            r"|has )?(?:not (?:be )?(?:found"
            r"|exist|resolv\w*|known|registered|valid)|(?:unknown|invalid)(?! (?:user|recipient|address|mailbox"
            r"|local|account))|no (?:mx|mail))|non-?existent (?:host|domain|hosts)",
            r"(?:unknown|invalid|no such|bad|illegal|nonexistent|unresolvable) (?:destination |mail "
            r"|remote )?(?:host|domain"
            r"|mail server)(?:/domain)?(?: name)?|nxdomain|unrouteable (?:mail )?domain|unroutable domain"
            r"|domain name not found",
            r"no (?:mx|mail ?exchanger|mail hosts?|usable mail|a record|such domain|dns)|null ?mx"
            r"|does not accept (?:e-?mail|mail)",
            r"(?:mx|dns) (?:records?|lookup|query|error|failure|server)s?.{0,40}(?:fail|not|point|non-?exist|no "
            r"|error|invalid)",
            r"couldn'?t find any host|cannot find (?:a |the )?(?:mail|host|domain|server)|can(?:no|')t resolve"
            r"|name or service"
            r" not known|DNS\.NonExistentDomain|InfoNoRecords|InfoDomainNonexistent|cannot exchange messages with"
            r"|all relevant mx",
            r"domain (?:\S+ )?(?:isn'?t|was not|wasn'?t|is not) (?:found|valid|set up)|no route for domain|ROUTING"
            r"\.NoConnector",
            r"도메인.{0,12}(?:없|찾을 수|존재하지|잘못)|호스트.{0,10}(?:없|찾을 수)|ドメイン.{0,12}(?:見つかり"
            r"|存在し|不明)|域名.{0,10}(?:不存在|错误|無效|无效)"
            r"|无法找到.{0,6}域|domäne .{0,40}(?:nicht|unbekannt)|domaine .{0,40}(?:introuvable|n'existe|inconnu)"
            r"|домен .{0,30}не",
        ),
    ),
    (
        _R.USER_UNKNOWN,
        _any(
            r"(?:user|recipient|mail ?box|address|addressee|account|alias|person|name|customer|subscriber)s?(?: \S"
            r"+)?(?: address"
            r"| name| account| mailbox)?(?: is| was| are| does| do| has| could| can)?(?: currently| been)?"
            r" ?\b(?:not (?:be )?(?:known|found|exist|recogni[sz]\w+|listed|local|valid|a valid|a known|available"
            r"|defined|here|on"
            r"|matched|resolve|hosted|in\b|have|registered|our)|n[o']t exist|doesn'?t (?:exist|have)|unknown"
            r"|invalid|undeliverable"
            r"|un(?:available|defined|routeable|recogni[sz]ed)|nonexist|isn'?t|rejected|lookup fail|wasn'?t found"
            r"|couldn'?t be found)",
            r"(?:unknown|invalid|no such|bad|illegal|non-?existent|unrecogni[sz]ed|incorrect|undefined|unrouteable"
            r"|unroutable"
            r"|undeliverable|wrong|not a known) (?:or illegal |local |virtual |destination |e-?mail |mail |final "
            r"|smtp )*(?:user"
            r"|recipient|address|mailbox|mail ?drop|account|alias|person|name|local[- ]?part|rcpt|part|e-?mail"
            r"|addressee|id\b)",
            r"no (?:mail ?box|account|one|user|person|recipient|valid recipients?|local mailbox|record of|alias)\b"
            r".{0,30}(?:here|by"
            r" that|with (?:that|this)|found|exist|at|name|matches|of that)|no valid recipients?"
            r"|there is no (?:one|user|such)"
            r"|(?:don'?t|do not|doesn'?t|does not) (?:have|know|handle|recogni[sz]e|exist|like recipient|match)"
            r"|does not exist"
            r"|doesn'?t exist|not (?:our|a local) (?:customer|user|address|mailbox)|not listed in|not found in"
            r"|no longer valid"
            r"|not a valid (?:user|recipient|mailbox|address|e-?mail)|is not a (?:valid|known|registered|user"
            r"|member)",
            r"mailbox (?:\S+ )?(?:is )?(?:unavailable|not available|name not allowed)|RecipNotFound"
            r"|RecipientNotFound|ExRecipNotFound"
            r"|RESOLVER\.ADR|verif(?:y|ication) fail|(?:address|recipient) (?:verification|rejected|refused)"
            r"|(?:delivery|sent) to the"
            r" following recipients? fail|user\.? ?unknown|undeliverable address|couldn'?t be found"
            r"|wasn'?t found at|who_are_you|cuda_nsu",
            r"(?:없는|존재하지 않는|알 수 없는|잘못된|유효하지 않은) ?(?:\S+ )?(?:사용자|수신자|메일|주소|계정"
            r"|아이디|사서함)|(?:사용자|수신자|주소|계정)"
            r".{0,16}(?:없|찾을 수|존재하지|확인할 수)|(?:宛先|ユーザー?|アドレス|受信者|利用者).{0,20}(?:見つかり"
            r"|存在し|不明|ありません|間違)"
            r"|(?:用户|用戶|收件人|邮箱|郵箱|地址|帐号|账号|帳號|使用者).{0,16}(?:不存在|不正确|不正確|有误|有誤"
            r"|未找到|找不到|无效|無效|錯誤|错误)",
            r"(?:empfänger|benutzer|adresse|postfach|konto).{0,60}(?:nicht|unbekannt|ungültig)|(?:nicht"
            r"|wurde .{0,60}nicht) gefunden"
            r"|(?:destinataire|utilisateur|adresse|compte|boîte).{0,60}(?:inconnu|introuvable|n['’]existe"
            r"|n['’]a pas (?:été|pu)|invalide)"
            r"|(?:destinatario|usuario|direcci[oó]n|cuenta|buz[oó]n|indirizzo|utente|casella|destinatário|usuário"
            r"|endereço).{0,60}"
            r"(?:no existe|desconocid|no (?:se )?(?:ha )?(?:pudo )?encontr|inv[aá]lid|non (?:esiste|trovat|valid)"
            r"|sconosciut"
            r"|inesistente|não (?:existe|encontrad|foi)|desconhecid)",
            r"(?:gebruiker|ontvanger|adres|geadresseerde).{0,50}(?:onbekend|niet|bestaat)|(?:użytkownik|adresat"
            r"|skrzynka|konto).{0,50}"
            r"(?:nie (?:istnieje|znalez)|nieznan)|(?:пользовател|получател|адрес|ящик"
            r"|почтов).{0,60}(?:не (?:найден|существует|известен)"
            r"|неизвест|недейств|отсутств)|нет такого|(?:mottagare|användare|modtager|bruger|mottaker"
            r"|bruker).{0,50}(?:okänd|ukendt|ukjent"
            r"|inte|ikke|finns|findes)|(?:kullanıcı|alıcı).{0,40}(?:bulunama|yok|geçersiz)"
            r"|vastaanottaja.{0,40}(?:tuntematon|ei)",
            r"no match(?:es)? |did not (?:exactly )?match|final delivery user ?id|(?:invalid|unknown|no such) user ?id",
        ),
    ),
    (
        _R.EXPIRED,
        _any(
            r"(?:message|delivery|mail|queue|retry|time)(?: \S+)? (?:has |have |was )?(?:expired|exceeded"
            r"|timed? ?-?out)"
            r"|retry (?:time ?out|timeout|time) (?:exceeded|not reached)|(?:too|so) long (?:in|on) (?:the )?queue"
            r"|queue (?:lifetime|time)"
            r"|(?:could not be|unable to|not been able to|cannot) (?:be )?deliver\w* (?:(?:it|(?:this "
            r"|your )?message)"
            r" )?(?:for|after|in|within)"
            r" .{0,30}(?:hour|day|minute)|(?:maximum|max) (?:queue|delivery|retry|number of) .{0,30}(?:attempt"
            r"|retries|time|reached)"
            r"|QUEUE\.Expired|undeliver\w* (?:for|after) \d|been in the queue too long"
            r"|failed to deliver .{0,30}(?:hour|day|retries)"
            r"|(?:gave|giving) up (?:on|after)|유효\s?(?:시간|기간)|재시도.{0,10}(?:초과|횟수)|保存期間|有効期限"
            r"|超过.{0,10}(?:重试|有效)",
            r"failed \d+ attempts|maximum delivery attempts|not been collected",
        ),
    ),
    (
        _R.NETWORK,
        _any(
            r"connect(?:ion|ing)?(?: \S+){0,4}? (?:timed? ?-?out|refused|reset|dropped|closed|lost|fail|was)"
            r"|(?:lost|closed|dropped)"
            r" connection|connect to \S+|connection (?:timeout|error|attempt)|time ?-?out|timed out",
            r"(?:network|host|server|destination|system)(?: \S+)? (?:is |was |did |could )?(?:unreachable|down"
            r"|not (?:respond|reach|be"
            r" reach|be contact|available)|unavailable)|no route to host|could ?n[o']t (?:connect|reach|contact"
            r"|establish)|unable to"
            r" (?:connect|contact|establish|reach)|broken pipe|socket|unreachable",
            r"(?:mail|routing|message|forwarding|delivery) loop|loop(?:s|ing)? (?:back|detected)|too many hops"
            r"|hop count|maximum hop"
            r"|excessive recursion|domain of (?:sender|recipient).{0,30}lookup|temporary (?:lookup|dns|name)"
            r"|name (?:service|server)"
            r" (?:error|failure|problem)|lookup failure|server unavailable|remote (?:host|server) (?:said nothing"
            r"|did not)|no answer from",
            r"(?:연결|접속|네트워크).{0,12}(?:실패|시간|할 수 없|오류|끊)|接続.{0,10}(?:失敗|でき|拒否|タイム)"
            r"|タイムアウト|连接.{0,8}(?:超时|失败|拒绝)"
            r"|連線.{0,8}(?:逾時|失敗)|超时|逾時|zeitüberschreitung|verbindung .{0,30}(?:fehl|abge|nicht)|délai"
            r"|tiempo de espera|тайм-?аут",
        ),
    ),
    (
        _R.POLICY,
        _any(
            r"polic(?:y|ies)|violat|not (?:be )?(?:authori[sz]ed|permitted|allowed)|access (?:is )?denied"
            r"|administrativ|prohibit|restrict"
            r"|transport\.?rules?|(?:message|mail|e-?mail|sender|transaction|delivery)(?: \S+){0,2}? (?:was |is "
            r"|has been )?(?:refused"
            r"|rejected|denied|declined)|(?:sender|from)(?: address)? (?:\S+ )?(?:rejected|refused|not|invalid"
            r"|unknown|verify)"
            r"|unacceptable|security|approved sender|only (?:accepts?|allow)|not in (?:the |my )?(?:address ?book"
            r"|white ?list)"
            r"|권한|정책|허용되지|ポリシー|許可され|策略|不允许|不允許|richtlinie|politique|pol[ií]tica|полити",
        ),
    ),
)  # fmt: skip
